import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { traceRedis } from '#lib/telemetry/store-hooks.ts';
import type { Settlement } from '../ports.ts';
import type { GuardrailKeys } from './redis-keys.ts';

/** Closed slots are kept as long as the log can redeliver what they answer. */
export const KEEP_CLOSED_MS = 48 * 3_600_000;

export const luaScript = (name: string) =>
  readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8');
const settleScript = luaScript('settle-slot');

/** The script works under a marker: that of a rebuilt store, or that of whoever rebuilds it. */
export async function settleUnder(
  marker: string,
  redis: Redis,
  keys: GuardrailKeys,
  { decisionId, keepLock }: Omit<Settlement, 'now'>,
): Promise<string> {
  const slot = keys.slot(decisionId);
  const lock = (await redis.hget(slot, 'lock')) ?? keys.lock(undefined);
  const args = [decisionId, keepLock ? '1' : '0', KEEP_CLOSED_MS];
  const answer = await traceRedis('settle-slot', () =>
    redis.eval(settleScript, 3, marker, slot, lock, ...args),
  );
  return String(answer);
}
