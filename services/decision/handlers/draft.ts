import { DecisionClosed, DecisionMade, DecisionOutcome, OrderIssued } from '#gen/belay/v1/decision.ts';
import { type Check, Mode } from '#gen/belay/v1/common.ts';
import type { Order } from '#gen/belay/v1/order.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import { block } from '../domain/decide.ts';
import type { Slot } from '../ports.ts';
import { slotWantsOf } from './slot-wants.ts';
import { toProtoCheck, toProtoMode } from './to-proto.ts';

/** A decision as if the guardrails agreed. Kept by the store, so that every delivery says the same. */
export interface Draft {
  readonly made: DecisionMade;
  /** Where something is to be done. */
  readonly issued: OrderIssued | undefined;
  readonly escalate: string;
}

export function writeDraft({ made, issued, escalate }: Draft): string {
  return JSON.stringify({
    made: DecisionMade.toJSON(made),
    ...(issued && { issued: OrderIssued.toJSON(issued) }),
    escalate,
  });
}

function readDraft(record: string): Draft {
  const { made, issued, escalate } = JSON.parse(record) as {
    made: unknown;
    issued?: unknown;
    escalate: string;
  };
  return {
    made: DecisionMade.fromJSON(made),
    issued: issued === undefined ? undefined : OrderIssued.fromJSON(issued),
    escalate,
  };
}

/** What is to be said about a decision, by the answer of the guardrails. The same whenever it is asked. */
export function eventsOf(slot: Slot): OutgoingEvent[] {
  // Settled before the store heard of the decision.
  if (slot.record === '') return [];
  const draft = readDraft(slot.record);
  const { issued, escalate } = draft;
  const made = withGuardrails(draft.made, slot.checks);
  if (!issued || made.mode === Mode.BLOCKED) return [outgoing('DecisionMade', made), closed(made, escalate)];
  const ordered = { ...issued, trial: slot.trial };
  const said = [outgoing('DecisionMade', made), outgoing('OrderIssued', ordered)];
  // Settled: the order must not go out any more. The rest may not have been said, where a send was cut in two.
  if (slot.status === 'released' || slot.status === 'frozen') return said;
  return [...said, outgoing('Order', orderOf(ordered))];
}

/** The answer of the guardrails, in the place of the checks that had not been reached. */
function withGuardrails(made: DecisionMade, answered: Slot['checks']): DecisionMade {
  const byName = new Map<string, Check>(answered.map((check) => [check.name, toProtoCheck(check)]));
  const checks = made.checks.map((check) => byName.get(check.name) ?? check);
  const blocked = block(made.runbook?.name ?? '', answered);
  return { ...made, checks, ...(blocked && { ...blocked, mode: toProtoMode(blocked.mode) }) };
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

/** Everything in an order follows from what was said about it, so that a lost one can be made again. */
function orderOf(issued: OrderIssued): Order {
  const {
    externalId: _external,
    approvalId: _approval,
    slotLimits: _limits,
    trial: _trial,
    checks: _checks,
    lapsed: _lapsed,
    ...said
  } = issued;
  return { ...said, reason: '', lockKey: slotWantsOf(issued).workload };
}
