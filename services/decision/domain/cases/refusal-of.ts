import type { AskRules, Case, EndedAs, Person } from './case.ts';

export type AnswerRefusal =
  | { readonly code: 'NOT_AN_APPROVER' | 'SELF_APPROVAL'; readonly kind: 'forbidden'; readonly why: string }
  | {
      readonly code: 'ALREADY_ANSWERED' | 'APPROVAL_CLOSED' | 'NOT_PLANNED_YET' | 'PLAN_CHANGED' | 'TOO_LATE';
      readonly kind: 'conflict';
      readonly why: string;
    };

export interface Reply {
  readonly person: Person;
  readonly answer: 'approve' | 'deny';
  /** What was looked at before saying yes. */
  readonly planHash: string;
}

/** Why an answer does not count, or undefined where it does. The loser of a race is told who won. */
export function refusalOf(current: Case, reply: Reply, now: Date): AnswerRefusal | undefined {
  const { state, asks, planned, request } = current;
  if (state === 'planning')
    return conflict('NOT_PLANNED_YET', 'the executor has not said yet what would change');
  const who = asks && whyNotThem(asks, reply);
  if (who) return who;
  if (state !== 'pending' || !asks || !planned || !request)
    return conflict('APPROVAL_CLOSED', howItEnded(current));
  if (now >= request.deadline)
    return conflict('TOO_LATE', `it was to be answered by ${request.deadline.toISOString()}`);
  return whyNotThis(current, planned.hash, reply);
}

/** Whoever asked for it may still say no. */
function whyNotThem(asks: AskRules, { person, answer }: Reply): AnswerRefusal | undefined {
  const who = whyNotAnApprover(asks, person);
  return who?.code === 'SELF_APPROVAL' && answer === 'deny' ? undefined : who;
}

function whyNotThis(
  { answers }: Case,
  hash: string,
  { person, answer, planHash }: Reply,
): AnswerRefusal | undefined {
  const before = answers.find(({ by }) => by === person.name);
  if (before?.answer === answer) return conflict('ALREADY_ANSWERED', `you did at ${before.at.toISOString()}`);
  if (answer === 'deny' || planHash === hash) return undefined;
  return conflict('PLAN_CHANGED', `the plan that waits is ${hash}, and you looked at ${planHash || 'none'}`);
}

/** Only those who are named count; never a machine, and never whoever asked for it. */
export function whyNotAnApprover(
  { approvers, requester }: AskRules,
  { name, groups, isHuman }: Person,
): AnswerRefusal | undefined {
  const names = new Set([`user:${name}`, ...groups.map((group) => `group:${group}`)]);
  if (!isHuman || !approvers.some((approver) => names.has(approver))) {
    const why = `it is for ${approvers.join(', ')} to answer`;
    return { code: 'NOT_AN_APPROVER', kind: 'forbidden', why };
  }
  if (name !== requester) return undefined;
  return {
    code: 'SELF_APPROVAL',
    kind: 'forbidden',
    why: 'you asked for it, so somebody else has to approve it',
  };
}

const conflict = (code: (AnswerRefusal & { kind: 'conflict' })['code'], why: string): AnswerRefusal => ({
  code,
  kind: 'conflict',
  why,
});

/** In a sentence, with who and when. */
export function howItEnded({ state, answers, ending, grant }: Case): string {
  if (state === 'granting' || ending?.as === 'ordered') {
    if (grant?.lapsed) return `nobody answered by ${grant.at.toISOString()}, which counted as a yes`;
    const names = answers.filter(({ answer }) => answer === 'approve').map(({ by }) => by);
    return `${names.join(', ')} approved it at ${grant?.at.toISOString() ?? ''}`;
  }
  if (!ending) return '';
  return `${WORDS[ending.as]} at ${ending.at.toISOString()}${ending.reason && `: ${ending.reason}`}`;
}

const WORDS: Readonly<Record<EndedAs, string>> = {
  ordered: 'it was ordered',
  shown: 'it was a suggestion, and nobody was asked',
  denied: 'it was denied',
  lapsed: 'it lapsed',
  blocked: 'it was blocked',
  resolved: 'it was dropped',
  failed: 'it failed',
  cancelled: 'it was cancelled',
  decided_again: 'it was decided again',
};
