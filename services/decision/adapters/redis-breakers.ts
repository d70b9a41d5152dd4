import type { Redis } from 'ioredis';
import { runRedisScript } from '#lib/redis-script.ts';
import type { RunbookBreaker } from '../domain/guardrails/breaker.ts';
import type { BreakerReset } from '../domain/guardrails/reset-breaker.ts';
import type { GuardrailKeys, Under } from './redis-keys.ts';
import { readBreakersScript, resetBreakerScript } from './redis-scripts.ts';

/** Undefined: the store was not open to it. */
export async function redisResetBreaker(
  redis: Redis,
  keys: GuardrailKeys,
  under: Under,
  { runbook, at }: BreakerReset,
): Promise<RunbookBreaker | undefined> {
  const names = [under.marker, keys.breaker(runbook)];
  const answer = await runRedisScript(redis, resetBreakerScript, names, [under.value, at.getTime()]);
  const [status, ...fields] = answer as string[];
  return status === 'not_ready' ? undefined : toBreaker(runbook, fields);
}

/** Undefined: the store was not open to it. */
export async function redisBreakers(
  redis: Redis,
  keys: GuardrailKeys,
  runbooks: readonly string[],
): Promise<readonly RunbookBreaker[] | undefined> {
  const names = [keys.ready, ...runbooks.map((runbook) => keys.breaker(runbook))];
  const answer = await runRedisScript(redis, readBreakersScript, names, []);
  const [status, ...found] = answer as [string, ...string[][]];
  if (status === 'not_ready') return undefined;
  return runbooks.map((runbook, i) => toBreaker(runbook, found[i] ?? []));
}

/** As breaker-fields gives them. */
export function toBreaker(runbook: string, fields: readonly string[]): RunbookBreaker {
  const [failures = 0, openedAtMs = 0, trial = '', resetAtMs = 0] = fields;
  return {
    runbook,
    failures: Number(failures),
    openedAtMs: Number(openedAtMs),
    trial,
    resetAtMs: Number(resetAtMs),
  };
}
