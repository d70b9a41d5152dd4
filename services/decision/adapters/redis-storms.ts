import type { Redis } from 'ioredis';
import { runRedisScript } from '#lib/redis-script.ts';
import { type StandingStorm, standingStorms } from '../domain/guardrails/standing-storms.ts';
import type { StormScope } from '../domain/guardrails/storm.ts';
import type { GuardrailKeys } from './redis-keys.ts';
import { readStormsScript } from './redis-scripts.ts';

/** More than anybody reads. */
const MOST_READ = 100;

/** Undefined: the store was not open to it. */
export async function redisStorms(
  redis: Redis,
  keys: GuardrailKeys,
  now: Date,
): Promise<readonly StandingStorm[] | undefined> {
  // A script names its keys, and these are in the store. What begins in between is told a moment later.
  const begun = (await redis.zrevrange(keys.begun, 0, MOST_READ - 1)).map((key) => keys.stormName(key));
  const names = [keys.ready, ...begun.flatMap((name) => keys.storm(name))];
  const answer = await runRedisScript(redis, readStormsScript, names, [now.getTime()]);
  const [status, ...scopes] = answer as string[];
  if (status === 'not_ready') return undefined;
  const known = begun.map((name, i) => [name, JSON.parse(scopes[i] ?? '') as StormScope] as const);
  return standingStorms(new Map(known), now.getTime());
}
