import type { Redis } from 'ioredis';
import { runRedisScript } from '#lib/redis-script.ts';
import type { Observed } from '../domain/guardrails/observed.ts';
import { recentRuns } from '../domain/guardrails/recent-runs.ts';
import type { SlotWants } from '../domain/guardrails/slot-wants.ts';
import type { GuardrailKeys } from './redis-keys.ts';
import { lookAtScopesScript } from './redis-scripts.ts';

/** More than anybody reads, with the pods of one service among them. */
const MOST_READ = 5_000;

export async function redisRecentRuns(
  redis: Redis,
  { recent }: GuardrailKeys,
  now: Date,
): Promise<readonly SlotWants[]> {
  const found = await redis.zrevrange(recent, 0, MOST_READ - 1, 'WITHSCORES');
  const runs = found.flatMap((text, i) =>
    i % 2 === 0 ? [{ wants: JSON.parse(text) as SlotWants, atMs: Number(found[i + 1]) }] : [],
  );
  return recentRuns(runs, now);
}

/** Undefined: the store was not open to it. */
export async function redisObserve(
  redis: Redis,
  keys: GuardrailKeys,
  wants: SlotWants,
  now: Date,
): Promise<Observed | undefined> {
  // No slot is looked at; its place is that of one.
  const names = [keys.ready, keys.recent, ...keys.scopes(wants)];
  const { maxExecutionsPerHour, maxAttemptsPerTarget, budget } = wants.limits;
  const limits = [maxExecutionsPerHour, maxAttemptsPerTarget, budget.global, budget.perTarget];
  const args = [now.getTime(), ...limits, ...keys.held(wants)];
  const [status, seen = ''] = (await runRedisScript(redis, lookAtScopesScript, names, args)) as string[];
  return status === 'not_ready' ? undefined : (JSON.parse(seen) as Observed);
}
