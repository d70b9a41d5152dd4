import { type OrderIssued, OrderPhase } from '#gen/belay/v1/decision.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import type { OpenSlot } from '../ports.ts';
import { readDraft } from './draft.ts';
import { actionIdOf, orderOf } from './order-of.ts';

/** That the action of a slot is not to begin any more. By the order itself: it is behind that in its partition. */
export function cancelOf(
  { decisionId, record }: OpenSlot,
  reason: string,
  now: Date,
): OrderIssued | undefined {
  const { issued } = readDraft(record);
  if (!issued) return undefined;
  return {
    ...issued,
    actionId: actionIdOf(decisionId, 'cancel'),
    ofActionId: actionIdOf(decisionId, 'execute'),
    phase: OrderPhase.CANCEL,
    issuedAt: now,
    trial: false,
    checks: [],
    slotLimits: undefined,
    reason,
  };
}

export const cancelEvents = (cancel: OrderIssued): OutgoingEvent[] => [
  outgoing('OrderIssued', cancel),
  outgoing('Order', orderOf(cancel)),
];
