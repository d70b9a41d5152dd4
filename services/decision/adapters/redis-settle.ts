import type { Redis } from 'ioredis';
import { runRedisScript } from '#lib/redis-script.ts';
import { KEEP_CLOSED_MS, KEEP_COOLDOWN_MS } from '../domain/guardrails/forget-old.ts';
import type { RunbookBreaker } from '../domain/guardrails/breaker.ts';
import type { SlotWants } from '../domain/guardrails/slot-wants.ts';
import type { Settlement } from '../ports.ts';
import type { GuardrailKeys, Under } from './redis-keys.ts';
import { toBreaker } from './redis-breakers.ts';
import { settleSlotScript } from './redis-scripts.ts';

export type Settled =
  | { readonly isOpen: false }
  /** With the breaker after it, where the slot says whose it is. */
  | { readonly isOpen: true; readonly breaker: RunbookBreaker | undefined };

/** Only where the store is open to it. */
export async function redisSettle(
  redis: Redis,
  keys: GuardrailKeys,
  under: Under,
  settlement: Settlement,
): Promise<Settled> {
  const { decisionId, outcome, at } = settlement;
  const slot = keys.slot(decisionId);
  for (;;) {
    // A script names its keys, and these are in the slot. It looks once more whether they still are.
    const stored = (await redis.hget(slot, 'wants')) ?? '';
    const wants = stored === '' ? undefined : (JSON.parse(stored) as SlotWants);
    const opensAt = wants?.limits.circuitBreaker.failures ?? 0;
    const args = [decisionId, under.value, stored, outcome, at.getTime(), opensAt, KEEP_CLOSED_MS];
    const names = [under.marker, slot, ...keys.scopes(wants)];
    const scopes = [KEEP_COOLDOWN_MS, ...keys.held(wants)];
    const answer = await runRedisScript(redis, settleSlotScript, names, [...args, ...scopes]);
    const [status, ...breaker] = answer as string[];
    if (status === 'again') continue;
    if (status === 'not_ready') return { isOpen: false };
    return {
      isOpen: true,
      breaker: wants && breaker.length > 0 ? toBreaker(wants.runbook, breaker) : undefined,
    };
  }
}
