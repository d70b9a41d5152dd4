import type { OrderIssued } from '#gen/belay/v1/decision.ts';
import type { OpenSlot } from '../ports.ts';
import { orderAbout } from './order-about.ts';

/** That the action of a slot is not to begin any more. */
export const cancelOf = (slot: OpenSlot, reason: string, at: Date): OrderIssued | undefined =>
  orderAbout(slot, { phase: 'cancel', reason, at });
