import type { Answer, Case, EndedAs, LapseRule, Planned } from './case.ts';

export type CaseEvent =
  | { readonly type: 'planned'; readonly planned: Planned }
  /** The executor refused to plan, or could not in time. */
  | { readonly type: 'not_planned'; readonly reason: string }
  /** By somebody who may, see refusalOf. */
  | { readonly type: 'answered'; readonly answer: Answer }
  | { readonly type: 'notified' }
  | { readonly type: 'resolved' }
  /** A person does not want it to be tried again. */
  | { readonly type: 'cancelled'; readonly reason: string }
  /** `readToEnd`: everything that the log held until now has been handled. */
  | { readonly type: 'due'; readonly readToEnd: boolean }
  /** The guardrails are about to be asked. */
  | { readonly type: 'taking' }
  /** They never were: they were away, or whoever was about to ask is gone. */
  | { readonly type: 'not_taken' }
  | { readonly type: 'ordered' }
  /** A guardrail or a control said no when it was to be granted. */
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'decided_again' };

/** What is to be said about a change. */
export type Said =
  | { readonly type: 'requested' }
  | { readonly type: 'answered'; readonly answer: Answer }
  | { readonly type: 'lapsed'; readonly rule: LapseRule; readonly reason: string }
  | { readonly type: 'closed'; readonly as: EndedAs; readonly reason: string; readonly escalate: string };

export interface NextCase {
  readonly next: Case;
  readonly said: readonly Said[];
}

/** How long an executor has to say what would change. */
export const PLAN_WITHIN_MS = 60_000;
/** However far behind the log is. */
const LONGEST_PLANNING_MS = 600_000;
/** How late a deadline may be noticed for silence to count as a yes. */
const LATEST_LAPSE_MS = 60_000;
const LOOK_AGAIN_MS = 1_000;
/** As long as a grant and the send of its order may take. */
const TAKEN_WITHIN_MS = 15_000;
/** Closed cases still answer late replies, and are shown in lists. */
const KEEP_CLOSED_MS = 30 * 86_400_000;

/** What an event makes of a case. What does not fit its state changes nothing: it came late, or twice. */
export function nextCase(current: Case, event: CaseEvent, now: Date): NextCase {
  switch (current.state) {
    case 'planning':
      return whilePlanning(current, event, now);
    case 'pending':
      return whilePending(current, event, now);
    case 'granting':
      return whileGranting(current, event, now);
    case 'retrying':
      return whileRetrying(current, event, now);
    case 'closed':
      return unchanged(current);
  }
}

const AGAIN = 'it was looked at again';
const RESOLVED = 'the incident ended before anything was done';

function whileRetrying(current: Case, event: CaseEvent, now: Date): NextCase {
  switch (event.type) {
    case 'resolved':
      return current.isTaking ? unchanged(current) : close(current, 'resolved', RESOLVED, now);
    case 'cancelled':
      return current.isTaking ? unchanged(current) : close(current, 'cancelled', event.reason, now);
    case 'taking':
      return taking(current, now);
    case 'not_taken':
      return { next: { ...current, isTaking: false }, said: [] };
    case 'decided_again':
      return close(current, 'decided_again', AGAIN, now);
    default:
      return unchanged(current);
  }
}

function whilePlanning(current: Case, event: CaseEvent, now: Date): NextCase {
  switch (event.type) {
    case 'planned':
      return onPlan(current, event.planned, now);
    case 'not_planned':
      return close(current, 'failed', event.reason, now);
    case 'resolved':
      return close(current, 'resolved', RESOLVED, now);
    case 'cancelled':
      return close(current, 'cancelled', event.reason, now);
    case 'due':
      return onNoPlan(current, event.readToEnd, now);
    default:
      return unchanged(current);
  }
}

function onNoPlan(current: Case, readToEnd: boolean, now: Date): NextCase {
  const waitedMs = now.getTime() - current.openedAt.getTime();
  // A plan may still be on its way; but nobody waits for ever.
  if (!readToEnd && waitedMs < LONGEST_PLANNING_MS) return later(current, now);
  const reason = `no executor said within ${PLAN_WITHIN_MS / 1_000} s what would change`;
  return close(current, 'failed', reason, now);
}

function onPlan(current: Case, planned: Planned, now: Date): NextCase {
  const { asks } = current;
  if (planned.refusal !== '') return close({ ...current, planned }, 'blocked', planned.refusal, now);
  const deadline = new Date(now.getTime() + (asks?.timerMs ?? 0));
  const asked: Case = {
    ...current,
    planned,
    request: { at: now, deadline },
    state: 'pending',
    dueAt: deadline,
  };
  if (asks) return { next: asked, said: [{ type: 'requested' }] };
  const shown = close(asked, 'shown', 'shown to people, who decide', now);
  return { ...shown, said: [{ type: 'requested' }, ...shown.said] };
}

function whilePending(current: Case, event: CaseEvent, now: Date): NextCase {
  switch (event.type) {
    case 'answered':
      return onAnswer(current, event.answer, now);
    case 'notified':
      return { next: { ...current, notifiedAt: current.notifiedAt ?? now }, said: [] };
    case 'resolved':
      return lapse(current, 'escalate', RESOLVED, { as: 'resolved', escalate: '' }, now);
    case 'due':
      return onDeadline(current, event.readToEnd, now);
    default:
      return unchanged(current);
  }
}

function onAnswer(current: Case, answer: Answer, now: Date): NextCase {
  const answers = [...current.answers.filter(({ by }) => by !== answer.by), answer];
  const told = { ...current, answers };
  if (answer.answer === 'deny') {
    const reason = `denied by ${answer.by}${answer.reason && `: ${answer.reason}`}`;
    const closed = close(told, 'denied', reason, now);
    return { ...closed, said: [{ type: 'answered', answer }, ...closed.said] };
  }
  const isQuorum = approvalsOf(told) >= (current.asks?.quorum ?? Number.POSITIVE_INFINITY);
  const said = [{ type: 'answered', answer }] as const;
  return { next: isQuorum ? granting(told, false, answer.at) : told, said };
}

function onDeadline(current: Case, readToEnd: boolean, now: Date): NextCase {
  const { asks, request, notifiedAt, planned } = current;
  if (!asks || !request || now < request.deadline) return unchanged(current);
  const isLate = now.getTime() > request.deadline.getTime() + LATEST_LAPSE_MS;
  // An answer of the incident itself may still be on its way; but nobody waits for ever.
  if (!readToEnd && !isLate) return later(current, now);
  const silence = 'nobody answered in time';
  if (asks.onLapse !== 'approve') return lapse(current, asks.onLapse, silence, AS_LAPSED, now);
  // What was decided with may be safer than what the executor found.
  const mayApprove = asks.maySilenceApprove && planned?.risk !== 'high';
  const why = whyNotBySilence(mayApprove, notifiedAt !== undefined, isLate || !readToEnd);
  if (why)
    return lapse(current, 'escalate', `${silence}, and silence is no yes here: ${why}`, AS_LAPSED, now);
  const said = [{ type: 'lapsed', rule: 'approve', reason: silence }] as const;
  return { next: granting(current, true, now), said };
}

function whyNotBySilence(mayApprove: boolean, wasNotified: boolean, isLate: boolean): string | undefined {
  if (!mayApprove) return 'it is high risk, or cannot be undone';
  if (!wasNotified) return 'no channel has confirmed that anybody was asked';
  return isLate ? 'the deadline was noticed too late' : undefined;
}

function whileGranting(current: Case, event: CaseEvent, now: Date): NextCase {
  switch (event.type) {
    case 'ordered':
      return { next: ended(current, 'ordered', 'approved and ordered', now), said: [] };
    case 'refused':
      return close(current, 'blocked', event.reason, now);
    case 'resolved':
      return current.isTaking ? unchanged(current) : close(current, 'resolved', RESOLVED, now);
    case 'taking':
      return taking(current, now);
    default:
      return unchanged(current);
  }
}

const AS_LAPSED = { as: 'lapsed', escalate: undefined } as const;

interface LapsedAs {
  readonly as: EndedAs;
  readonly escalate: string | undefined;
}

/** `deny`: over, as if somebody had said no. `escalate`: over, and people are told. */
function lapse(
  current: Case,
  rule: LapseRule,
  reason: string,
  { as, escalate }: LapsedAs,
  now: Date,
): NextCase {
  const told = escalate ?? (rule === 'deny' ? '' : current.escalate);
  const closed = close({ ...current, escalate: told }, as, reason, now);
  return { ...closed, said: [{ type: 'lapsed', rule, reason }, ...closed.said] };
}

const granting = (current: Case, lapsed: boolean, at: Date): Case => ({
  ...current,
  state: 'granting',
  grant: { at, lapsed },
  dueAt: at,
});

/** People are told of what was not done, unless it was their own word, or the incident is over. */
function close(current: Case, as: EndedAs, reason: string, now: Date): NextCase {
  const next = ended(current, as, reason, now);
  return { next, said: [{ type: 'closed', as, reason, escalate: QUIET.has(as) ? '' : current.escalate }] };
}

const QUIET: ReadonlySet<EndedAs> = new Set(['denied', 'resolved', 'cancelled', 'decided_again']);

const ended = (current: Case, as: EndedAs, reason: string, now: Date): Case => ({
  ...current,
  state: 'closed',
  ending: { as, reason, at: now },
  dueAt: new Date(now.getTime() + KEEP_CLOSED_MS),
});

const later = (current: Case, now: Date): NextCase => ({
  next: { ...current, dueAt: new Date(now.getTime() + LOOK_AGAIN_MS) },
  said: [],
});

/** Nobody else looks while whoever does this lives. */
const taking = (current: Case, now: Date): NextCase => ({
  next: { ...current, isTaking: true, dueAt: new Date(now.getTime() + TAKEN_WITHIN_MS) },
  said: [],
});

const unchanged = (current: Case): NextCase => ({ next: current, said: [] });

export const approvalsOf = ({ answers }: Case): number =>
  answers.filter(({ answer }) => answer === 'approve').length;
