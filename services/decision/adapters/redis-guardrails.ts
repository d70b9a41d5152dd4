import type { Redis } from 'ioredis';
import type { Clock } from '#lib/clock.ts';
import type { Guardrails } from '../ports.ts';
import { notReady } from './not-ready.ts';
import { redisBreakers, redisResetBreaker } from './redis-breakers.ts';
import { redisObserve, redisRecentRuns } from './redis-counters.ts';
import { redisDecide, redisGrant } from './redis-decide.ts';
import { redisError } from '#lib/redis-error.ts';
import { guardrailKeys } from './redis-keys.ts';
import { redisMarker } from './redis-marker.ts';
import { redisRebuild } from './redis-rebuild.ts';
import { redisSettle } from './redis-settle.ts';
import { redisStorms } from './redis-storms.ts';
import { redisOpenSlots, redisWithdraw } from './redis-withdraw.ts';

export interface RedisGuardrailsOptions {
  readonly redis: Redis;
  readonly clock: Clock;
  /** Tells systems apart that share a server. Becomes the hash tag of every key. */
  readonly prefix?: string;
  /** The longest time between a grant and the publishing of its order. A rebuild waits this long. */
  readonly publishWithinMs: number;
  /** How far a decision's time may be from the server's own. [5 s] */
  readonly maxSkewMs?: number;
}

const MAX_SKEW_MS = 5_000;

/** One script an answer. Everything lives under one hash tag, so that a script sees it all. */
export function redisGuardrails(options: RedisGuardrailsOptions): Guardrails {
  const { redis, maxSkewMs = MAX_SKEW_MS } = options;
  const keys = guardrailKeys(options.prefix ?? 'belay');
  const marker = redisMarker(redis, keys);
  const open = { marker: keys.ready, value: '' };
  const verified = <T>(ask: () => Promise<T>): Promise<T> =>
    redisError(async () => {
      await marker.verify();
      return ask();
    });
  return {
    decide: (request) => verified(() => redisDecide(redis, keys, request, maxSkewMs)),
    grant: (request) => verified(() => redisGrant(redis, keys, request, maxSkewMs)),
    settle: (settlement) =>
      verified(async () => {
        const settled = await redisSettle(redis, keys, open, settlement);
        if (!settled.isOpen) throw notReady();
        return settled.breaker;
      }),
    resetBreaker: (reset) =>
      verified(async () => (await redisResetBreaker(redis, keys, open, reset)) ?? refuse()),
    breakers: (runbooks) => verified(async () => (await redisBreakers(redis, keys, runbooks)) ?? refuse()),
    storms: (now) => verified(async () => (await redisStorms(redis, keys, now)) ?? refuse()),
    recentRuns: (now) => verified(() => redisRecentRuns(redis, keys, now)),
    observe: (wants, now) =>
      verified(async () => {
        const seen = await Promise.all(wants.map((one) => redisObserve(redis, keys, one, now)));
        return seen.map((one) => one ?? refuse());
      }),
    openSlots: () => verified(() => redisOpenSlots(redis, keys)),
    withdraw: (withdrawal) => verified(() => redisWithdraw(redis, keys, withdrawal)),
    recordOf: (decisionId) =>
      redisError(async () => (await redis.hget(keys.slot(decisionId), 'record')) ?? undefined),
    isReady: () => redisError(() => marker.isReady()),
    rebuild: (fold) => redisError(() => redisRebuild({ ...options, keys, marker, fold })),
    check: () => redisError(async () => `answers, ${(await redis.exists(keys.ready)) ? '' : 'not '}ready`),
  };
}

function refuse(): never {
  throw notReady();
}
