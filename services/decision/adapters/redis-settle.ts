import type { Redis } from 'ioredis';
import { runRedisScript } from '#lib/redis-script.ts';
import { KEEP_CLOSED_MS, KEEP_COOLDOWN_MS } from '../domain/guardrails/forget-old.ts';
import type { SlotWants } from '../domain/guardrails/slot-wants.ts';
import type { Settlement } from '../ports.ts';
import type { GuardrailKeys } from './redis-keys.ts';
import { settleSlotScript } from './redis-scripts.ts';

/** What the script works under: the marker of a rebuilt store, or the lease of whoever rebuilds it. */
export interface Under {
  readonly marker: string;
  /** What the marker must say. Empty: anything. */
  readonly value: string;
}

/** Returns whether the store was open to it. */
export async function redisSettle(
  redis: Redis,
  keys: GuardrailKeys,
  under: Under,
  settlement: Settlement,
): Promise<boolean> {
  const { decisionId, outcome, at } = settlement;
  const slot = keys.slot(decisionId);
  for (;;) {
    // A script names its keys, and these are in the slot. It looks once more whether they still are.
    const stored = (await redis.hget(slot, 'wants')) ?? '';
    const wants = stored === '' ? undefined : (JSON.parse(stored) as SlotWants);
    const opensAt = wants?.limits.circuitBreaker.failures ?? 0;
    const args = [decisionId, under.value, stored, outcome, at.getTime(), opensAt, KEEP_CLOSED_MS];
    const names = [under.marker, slot, ...keys.scopes(wants)];
    const answer = await runRedisScript(redis, settleSlotScript, names, [...args, KEEP_COOLDOWN_MS]);
    if (answer !== 'again') return answer !== 'not_ready';
  }
}
