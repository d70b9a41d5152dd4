import { type OrderIssued, OrderPhase } from '#gen/belay/v1/decision.ts';
import type { OpenSlot } from '../ports.ts';
import { readDraft } from './draft.ts';
import { actionIdOf } from './order-of.ts';

export interface About {
  readonly phase: 'cancel' | 'rollback';
  readonly reason: string;
  readonly at: Date;
}

/** An order about the action of a slot: under the same workload, so behind it in its partition. It takes nothing. */
export function orderAbout(
  { decisionId, record }: OpenSlot,
  { phase, reason, at }: About,
): OrderIssued | undefined {
  const { issued } = readDraft(record);
  if (!issued) return undefined;
  return {
    ...issued,
    actionId: actionIdOf(decisionId, phase),
    ofActionId: actionIdOf(decisionId, 'execute'),
    phase: PHASES[phase],
    issuedAt: at,
    trial: false,
    checks: [],
    slotLimits: undefined,
    reason,
  };
}

const PHASES = { cancel: OrderPhase.CANCEL, rollback: OrderPhase.ROLLBACK } as const;
