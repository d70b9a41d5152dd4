import type { Redis } from 'ioredis';
import type { Clock } from '#lib/clock.ts';
import type { Guardrails } from '../ports.ts';
import { notReady } from './not-ready.ts';
import { redisDecide, redisGrant } from './redis-decide.ts';
import { redisError } from '#lib/redis-error.ts';
import { guardrailKeys } from './redis-keys.ts';
import { redisMarker } from './redis-marker.ts';
import { redisRebuild } from './redis-rebuild.ts';
import { redisSettle } from './redis-settle.ts';
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
        const isOpen = await redisSettle(redis, keys, { marker: keys.ready, value: '' }, settlement);
        if (!isOpen) throw notReady();
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
