import { type Check, CheckResult, Mode } from '#gen/belay/v1/common.ts';
import { DecisionClosed, type DecisionMade, DecisionOutcome, OrderPhase } from '#gen/belay/v1/decision.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import type { Case } from '../domain/cases/case.ts';
import { block, DRY_RUN } from '../domain/decide.ts';
import { isWithdrawn } from '../domain/guardrails/withdraw-slot.ts';
import { retryAt } from '../domain/retry.ts';
import type { Slot } from '../ports.ts';
import { caseOf, type Opening } from './case-of.ts';
import { type Draft, readDraft, writeDraft } from './draft.ts';
import { orderOf } from './order-of.ts';
import { told as stormTold } from './storm-count.ts';
import { toProtoCheck, toProtoMode } from './to-proto.ts';

export interface Answer {
  /** The same, whenever it is asked. */
  readonly events: readonly OutgoingEvent[];
  /** Where the decision waits: for a plan and people, or for a better moment. */
  readonly waits: Case | undefined;
}

const NOTHING: Answer = { events: [], waits: undefined };

/** What a decision comes to, by the answer of the guardrails. `known`: what its record says, where that is at hand. */
export function answerOf(slot: Slot, known?: Draft): Answer {
  // Settled before the store heard of the decision.
  if (slot.record === '') return NOTHING;
  const draft = known ?? readDraft(slot.record);
  const made = withGuardrails(draft, slot);
  if (made.mode === Mode.BLOCKED) return blockedAnswer(draft, made);
  const { issued } = draft;
  if (!issued)
    return { events: [outgoing('DecisionMade', made), closed(made, draft.escalate)], waits: undefined };
  // A plan takes nothing: the trial is its grant, and said of that.
  const ordered = { ...issued, trial: slot.trial && issued.phase === OrderPhase.EXECUTE };
  const said = [outgoing('DecisionMade', made), outgoing('OrderIssued', ordered)];
  const order = outgoing('Order', orderOf(ordered));
  if (issued.phase === OrderPhase.PLAN)
    return { events: [...said, order], waits: waiting(draft, made, { state: 'planning' }) };
  if (isWithdrawn(slot.status))
    return {
      events: [outgoing('DecisionMade', made), withdrawnEvent(draft, made.decidedAt)],
      waits: undefined,
    };
  // Settled: the order must not go out any more. The rest may not have been said, where a send was cut in two.
  const isOver = slot.status === 'released' || slot.status === 'frozen';
  return { events: isOver ? said : [...said, order], waits: undefined };
}

/** Whoever was to order is gone, and it is too late to do so. */
export const withdrawnEvent = ({ made, escalate }: Draft, closedAt: Date | undefined): OutgoingEvent =>
  outgoing('DecisionClosed', {
    decisionId: made.decisionId,
    incidentId: made.incidentId,
    outcome: DecisionOutcome.FAILED,
    reason: NOT_ORDERED,
    escalate,
    actionId: '',
    closedAt,
  });

export const NOT_ORDERED =
  'it was never ordered: whoever was about to do so stopped in between. Nothing changed';

function blockedAnswer(draft: Draft, made: DecisionMade): Answer {
  const { retryAt: dueAt } = made;
  if (dueAt)
    return {
      events: [outgoing('DecisionMade', made)],
      waits: waiting(draft, made, { state: 'retrying', dueAt }),
    };
  const escalate = isInStorm(made) ? '' : draft.escalate;
  return { events: [outgoing('DecisionMade', made), closed(made, escalate)], waits: undefined };
}

/** People are told of a storm once, by the decision with which it began, and of nothing that it refuses. */
const isInStorm = ({ checks }: DecisionMade): boolean => checks.some(({ code }) => code === 'storm');

/** People are told what the guardrails answered. */
const waiting = (draft: Draft, made: DecisionMade, opening: Opening): Case =>
  caseOf(draft, writeDraft({ ...draft, made }), opening);

/** The answer of the guardrails, in the place of the checks that had not been reached. */
function withGuardrails({ made, retryUntil }: Draft, { checks: answered, storm }: Slot): DecisionMade {
  const byName = new Map<string, Check>(answered.map((check) => [check.name, toProtoCheck(check)]));
  const checks = made.checks.map((check) => byName.get(check.name) ?? check);
  const blocked = block(made.runbook?.name ?? '', answered, made.code === DRY_RUN);
  const counted = storm && stormTold(storm);
  const told = {
    ...made,
    ...counted,
    checks,
    ...(blocked && { ...blocked, mode: toProtoMode(blocked.mode) }),
  };
  if (told.mode !== Mode.BLOCKED) return told;
  const refusals = checks.filter(({ result }) => result === CheckResult.REFUSE);
  const decidedAt = made.decidedAt as Date;
  return { ...told, retryAt: retryAt(refusals, { attempt: made.attempt, decidedAt, until: retryUntil }) };
}

function closed(made: DecisionMade, escalate: string): OutgoingEvent {
  const { decisionId, incidentId, decidedAt, mode } = made;
  return outgoing('DecisionClosed', {
    decisionId,
    incidentId,
    outcome: mode === Mode.BLOCKED ? DecisionOutcome.BLOCKED : DecisionOutcome.LEFT_TO_PEOPLE,
    reason: made.summary,
    escalate: mode === Mode.OBSERVE ? '' : escalate,
    actionId: '',
    closedAt: decidedAt,
  } satisfies DecisionClosed);
}
