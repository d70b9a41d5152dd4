import { Risk } from '#gen/belay/v1/common.ts';
import { type OrderIssued, OrderPhase } from '#gen/belay/v1/decision.ts';
import { approvalIdOf } from '../domain/cases/approval-id.ts';
import type { OpenSlot } from '../ports.ts';
import { readDraft } from './draft.ts';
import { orderAbout } from './order-about.ts';

export interface RollbackAsked {
  readonly reason: string;
  readonly requestedAt: Date;
  readonly actWithinMs: number;
}

/** That what the action of a slot has done is put back. The same, whenever it is asked. */
export function rollbackOf(
  slot: OpenSlot,
  { reason, requestedAt, actWithinMs }: RollbackAsked,
): OrderIssued | undefined {
  const issued = orderAbout(slot, { phase: 'rollback', reason, at: requestedAt });
  if (!issued) return undefined;
  return {
    ...issued,
    actBefore: new Date(requestedAt.getTime() + actWithinMs),
    // It is held to the state that the action left behind, and not to a risk.
    maxRisk: Risk.HIGH,
    approvalId: wasAsked(slot) ? approvalIdOf(slot.decisionId) : '',
  };
}

/** The slot keeps what was issued first: where people came before the action, the order for the plan. */
const wasAsked = ({ record }: OpenSlot): boolean => readDraft(record).issued?.phase === OrderPhase.PLAN;
