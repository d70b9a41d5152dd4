import { ApprovalAnswer, DecisionOutcome, LapsePolicy, OrderPhase } from '#gen/belay/v1/decision.ts';
import type { BelayError } from '#lib/errors.ts';
import type { EventType } from '#lib/events/event-types.ts';
import type { DecisionLog, Seen } from './decision-log.ts';
import type { System } from './decision-system.ts';

export interface Reply {
  readonly by: string;
  readonly answer: 'approve' | 'deny';
  readonly incidentId: string;
}

/** What somebody was told. Undefined: that the answer counts. */
export interface Heard extends Reply {
  readonly refusal: BelayError | undefined;
}

/** One end for each approval, what follows from it and nothing else; and everybody was told the truth about it. */
export function judgeApprovals({ log, traffic }: Pick<System, 'log' | 'traffic'>, heard: readonly Heard[]) {
  const incidents = [...traffic.reported.keys()];
  const problems = incidents.flatMap((id) => {
    const replies = heard.filter(({ incidentId }) => incidentId === id);
    return endProblems(storyOf(log, id), replies).map((problem) => `${id}: ${problem}`);
  });
  return [...log.complaints, ...problems];
}

interface Story {
  readonly requested: number;
  readonly answered: readonly Seen<'ApprovalAnswered'>[];
  readonly lapsed: readonly Seen<'ApprovalLapsed'>[];
  readonly executed: number;
  readonly closed: readonly Seen<'DecisionClosed'>[];
}

function storyOf(log: DecisionLog, incidentId: string): Story {
  const of = <T extends EventType>(type: T): readonly Seen<T>[] => {
    const seen = log
      .all(type)
      .filter(({ data }) => (data as { incidentId: string }).incidentId === incidentId);
    return [...new Map(seen.map((each) => [each.id, each])).values()];
  };
  return {
    requested: of('ApprovalRequested').length,
    answered: of('ApprovalAnswered'),
    lapsed: of('ApprovalLapsed'),
    executed: of('OrderIssued').filter(({ data }) => data.phase === OrderPhase.EXECUTE).length,
    closed: of('DecisionClosed'),
  };
}

function endProblems(story: Story, replies: readonly Heard[]): string[] {
  const { requested, answered, lapsed, executed, closed } = story;
  const [answer] = answered;
  if (requested !== 1) return [`asked ${requested} times`];
  if (answered.length + lapsed.length !== 1)
    return [`ended by ${answered.length} answers and ${lapsed.length} lapses`];
  if (closed.length !== 1) return [`closed ${closed.length} times`];
  const isYes = answer?.data.answer === ApprovalAnswer.APPROVE;
  const outcome = closed[0]?.data.outcome;
  const expected = isYes ? DecisionOutcome.SETTLED : answer ? DecisionOutcome.DENIED : DecisionOutcome.LAPSED;
  return [
    ...(executed === (isYes ? 1 : 0)
      ? []
      : [`ordered ${executed} times after ${isYes ? 'a yes' : 'no yes'}`]),
    ...(outcome === expected ? [] : [`closed as ${outcome}, expected ${expected}`]),
    ...escalationProblems(story),
    ...replies.flatMap((reply) => replyProblems(reply, answer)),
  ];
}

/** Silence under `deny` is a no; otherwise people are called. */
function escalationProblems({ lapsed, closed }: Story): string[] {
  const [lapse] = lapsed;
  if (!lapse) return [];
  const isTold = closed[0]?.data.escalate !== '';
  return isTold === (lapse.data.onLapse !== LapsePolicy.DENY)
    ? []
    : ['lapsed, and the wrong people were told'];
}

function replyProblems({ by, refusal }: Heard, answer: Seen<'ApprovalAnswered'> | undefined): string[] {
  const winner = answer?.data.actor?.name;
  if (!refusal) return winner === by ? [] : [`${by} was told that it counts, and ${winner ?? 'nobody'} won`];
  if (winner === by) return [`${by} won, and was told: ${refusal.message}`];
  // The deadline itself is an answer, also before anybody has noticed it.
  if (refusal.code === 'TOO_LATE' && !answer) return [];
  const said = `${refusal.message} ${refusal.why ?? ''}`;
  const isTold = refusal.code === 'APPROVAL_CLOSED' && said.includes(winner ?? 'lapsed');
  return isTold ? [] : [`${by} lost to ${winner ?? 'the deadline'}, and was told: ${refusal.code} ${said}`];
}
