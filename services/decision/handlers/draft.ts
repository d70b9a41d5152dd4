import { DecisionClosed, DecisionMade, DecisionOutcome, OrderIssued } from '#gen/belay/v1/decision.ts';
import { Mode } from '#gen/belay/v1/common.ts';
import type { Order } from '#gen/belay/v1/order.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import { block } from '../domain/decide.ts';
import type { Refusal } from '../domain/decision.ts';
import type { Slot } from '../ports.ts';
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
  // Settled already: all of this was said before, or the order must not go out any more.
  if (slot.status === 'released' || slot.status === 'frozen') return [];
  const { made, issued, escalate } = readDraft(slot.record);
  const [first, ...more] = slot.refusals;
  if (first) return blocked(made, [first, ...more], escalate);
  if (!issued)
    return [outgoing('DecisionMade', made), closed(made, DecisionOutcome.LEFT_TO_PEOPLE, escalate)];
  return [
    outgoing('DecisionMade', made),
    outgoing('OrderIssued', issued),
    outgoing('Order', orderOf(issued)),
  ];
}

function blocked(
  made: DecisionMade,
  refusals: readonly [Refusal, ...Refusal[]],
  escalate: string,
): OutgoingEvent[] {
  const { mode, code, summary, checks } = block(made.runbook?.name ?? '', refusals);
  const refused = new Map(checks.map((check) => [check.name, toProtoCheck(check)]));
  const said: DecisionMade = {
    ...made,
    mode: toProtoMode(mode),
    code,
    summary,
    checks: made.checks.map((check) => refused.get(check.name) ?? check),
  };
  return [outgoing('DecisionMade', said), closed(said, DecisionOutcome.BLOCKED, escalate)];
}

function closed(made: DecisionMade, otherwise: DecisionOutcome, escalate: string): OutgoingEvent {
  const { decisionId, incidentId, decidedAt } = made;
  return outgoing('DecisionClosed', {
    decisionId,
    incidentId,
    outcome: made.mode === Mode.BLOCKED ? DecisionOutcome.BLOCKED : otherwise,
    reason: made.summary,
    escalate: made.mode === Mode.OBSERVE ? '' : escalate,
    actionId: '',
    closedAt: decidedAt,
  } satisfies DecisionClosed);
}

/** Everything in an order follows from what was said about it, so that a lost one can be made again. */
function orderOf(issued: OrderIssued): Order {
  const {
    actionId,
    decisionId,
    incidentId,
    phase,
    target,
    plan,
    planDigest,
    runbook,
    mode,
    issuedAt,
    actBefore,
  } = issued;
  return {
    actionId,
    decisionId,
    incidentId,
    phase,
    target,
    plan,
    planDigest,
    runbook,
    mode,
    maxRisk: plan?.risk ?? 0,
    issuedAt,
    actBefore,
    approvedPlanHash: '',
    ofActionId: issued.ofActionId,
    reason: '',
    lockKey: lockKeyOf(issued),
  };
}

/** One action a workload at a time: orders about it also share a partition. */
export function lockKeyOf({ target, plan }: Pick<OrderIssued, 'target' | 'plan'>): string {
  return `${target}/${plan?.resource?.namespace ?? ''}/${plan?.service ?? ''}`;
}
