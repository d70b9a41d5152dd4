import { ActorKind } from '#gen/belay/v1/common.ts';
import { ApprovalAnswer, type ApprovalAnswered, DecisionOutcome } from '#gen/belay/v1/decision.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import { approvalIdOf } from '../domain/cases/approval-id.ts';
import type { Answer, Case, EndedAs } from '../domain/cases/case.ts';
import { approvalsOf, type CaseEvent, nextCase, type Said } from '../domain/cases/next-case.ts';
import type { CaseStep } from '../ports.ts';
import { approvalRequestOf } from './approval-request.ts';
import { toLapsePolicy } from './to-proto.ts';

/** Something happened to a case: what it is then, and what is said about it. */
export const stepOf =
  (event: CaseEvent, now: Date) =>
  (current: Case): CaseStep => {
    const { next, said } = nextCase(current, event, now);
    return { next, events: said.map((one) => toEvent(one, next, now)) };
  };

function toEvent(said: Said, next: Case, now: Date): OutgoingEvent {
  const { decisionId, incidentId } = next;
  const ids = { decisionId, incidentId };
  const approval = { approvalId: approvalIdOf(decisionId), ...ids };
  switch (said.type) {
    case 'requested':
      return outgoing('ApprovalRequested', approvalRequestOf(next));
    case 'answered':
      return outgoing('ApprovalAnswered', answerEvent(next, next.answers.length - 1));
    case 'lapsed':
      return outgoing('ApprovalLapsed', {
        ...approval,
        onLapse: toLapsePolicy(said.rule),
        reason: said.reason,
        lapsedAt: now,
      });
    case 'closed':
      return outgoing('DecisionClosed', {
        ...ids,
        outcome: OUTCOMES[said.as],
        reason: said.reason,
        escalate: said.escalate,
        actionId: '',
        closedAt: now,
      });
  }
}

/** One of the answers so far, as it was said when it came. */
export function answerEvent(answered: Case, place: number): ApprovalAnswered {
  const { decisionId, incidentId, planned, asks } = answered;
  const answers = answered.answers.slice(0, place + 1);
  const last = answers[place] as Answer;
  const approvals = approvalsOf({ ...answered, answers });
  const quorum = asks?.quorum ?? 0;
  const isYes = last.answer === 'approve';
  return {
    approvalId: approvalIdOf(decisionId),
    decisionId,
    incidentId,
    answer: isYes ? ApprovalAnswer.APPROVE : ApprovalAnswer.DENY,
    actor: { kind: ActorKind.HUMAN, name: last.by },
    reason: last.reason,
    planHash: planned?.hash ?? '',
    // One who denies is enough.
    quorumReached: !isYes || approvals >= quorum,
    answeredAt: last.at,
    approvals,
    quorum,
  };
}

const OUTCOMES: Readonly<Record<EndedAs, DecisionOutcome>> = {
  ordered: DecisionOutcome.SETTLED,
  shown: DecisionOutcome.LEFT_TO_PEOPLE,
  denied: DecisionOutcome.DENIED,
  lapsed: DecisionOutcome.LAPSED,
  blocked: DecisionOutcome.BLOCKED,
  resolved: DecisionOutcome.RESOLVED,
  failed: DecisionOutcome.FAILED,
  // A person's no, as one to an approval is.
  cancelled: DecisionOutcome.DENIED,
  decided_again: DecisionOutcome.BLOCKED,
};
