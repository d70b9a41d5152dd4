import type { RollbackRequested } from '#gen/belay/v1/verification.ts';
import type { Handler } from '#lib/bus/pipeline.ts';
import type { Logger } from '#lib/logger.ts';
import type { Guardrails, OpenSlot } from '../ports.ts';
import { actionIdOf, issuedEvents } from './order-of.ts';
import { rollbackOf } from './rollback-of.ts';

export interface RollbackRequestedOptions {
  readonly guardrails: Pick<Guardrails, 'openSlots'>;
  readonly policy: { readonly actWithinMs: number };
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * The fix did not help: it is to be put back, as long as its action is not settled. Controls are looked at by the
 * executor, right before it acts; people are called by the verifier, also where nothing comes of this.
 */
export function rollbackRequestedHandler({
  guardrails,
  policy: { actWithinMs },
  logger,
}: RollbackRequestedOptions): Handler<'RollbackRequested'> {
  return async ({ data }, { now }) => {
    // The decoder has refused events without it.
    const asked = { reason: data.reason, requestedAt: data.requestedAt as Date, actWithinMs };
    const slot = (await guardrails.openSlots()).find(({ decisionId }) => decisionId === data.decisionId);
    const rollback = slot && isOfSlot(data, slot) ? rollbackOf(slot, asked) : undefined;
    const why = rollback ? whyTooLate(rollback.actBefore as Date, now) : NOT_UNDER_WAY;
    if (rollback && !why) return issuedEvents(rollback);
    const { actionId: action, decisionId: decision } = data;
    logger.warn({ action, decision, reason: why }, 'a rollback was asked for, and is not ordered');
    return [];
  };
}

const isOfSlot = ({ actionId }: RollbackRequested, { decisionId }: OpenSlot): boolean =>
  actionId === actionIdOf(decisionId, 'execute');

const NOT_UNDER_WAY = 'no such action is under way: it is settled, or was never ordered';

const whyTooLate = (actBefore: Date, now: Date): string | undefined =>
  now > actBefore ? `it was to begin before ${actBefore.toISOString()}` : undefined;
