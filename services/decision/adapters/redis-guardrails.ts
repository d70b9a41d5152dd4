import type { Redis } from 'ioredis';
import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import { traceRedis } from '#lib/telemetry/store-hooks.ts';
import type { DecideRequest, Guardrails, Slot, SlotStatus } from '../ports.ts';
import { lockRefusal, notReady } from './lock-refusal.ts';
import { redisError } from './redis-error.ts';
import { type GuardrailKeys, guardrailKeys } from './redis-keys.ts';
import { redisMarker } from './redis-marker.ts';
import { rebuildRedis } from './redis-rebuild.ts';
import { KEEP_CLOSED_MS, luaScript, settleUnder } from './redis-settle.ts';

export interface RedisGuardrailsOptions {
  readonly redis: Redis;
  readonly clock: Clock;
  /** Tells systems apart that share a server. Becomes the hash tag of every key. */
  readonly prefix?: string;
  /** The longest time between a grant and the publishing of its order. A rebuild waits this long. */
  readonly publishWithinMs: number;
}

const MAX_SKEW_MS = 5_000;

const decideScript = luaScript('decide-slot');

/** One script an answer. Everything lives under one hash tag, so that a script sees it all. */
export function redisGuardrails(options: RedisGuardrailsOptions): Guardrails {
  const { redis } = options;
  const keys = guardrailKeys(options.prefix ?? 'belay');
  const marker = redisMarker(redis, keys);
  return {
    decide: (request) =>
      redisError(async () => {
        await marker.verify();
        return decide(redis, keys, request);
      }),
    settle: (settlement) =>
      redisError(async () => {
        await marker.verify();
        const answer = await settleUnder(keys.ready, redis, keys, settlement);
        if (answer === 'not_ready') throw notReady();
      }),
    isReady: () => redisError(() => marker.isReady()),
    rebuild: (fold) => redisError(() => rebuildRedis({ ...options, keys, marker, fold })),
    check: () => redisError(async () => `answers, ${(await redis.exists(keys.ready)) ? '' : 'not '}ready`),
  };
}

async function decide(redis: Redis, keys: GuardrailKeys, request: DecideRequest): Promise<Slot> {
  const { decisionId, lockKey, record, now } = request;
  const names = [keys.ready, keys.slot(decisionId), keys.lock(lockKey)];
  const wanted = lockKey === undefined ? '0' : '1';
  const args = [decisionId, wanted, record, now.getTime(), MAX_SKEW_MS, KEEP_CLOSED_MS];
  const answer = await traceRedis('decide-slot', () =>
    redis.eval(decideScript, names.length, ...names, ...args),
  );
  return toSlot(answer as string[], now);
}

function toSlot([status, record = '', holder = '']: string[], now: Date): Slot {
  if (status === 'not_ready') throw notReady();
  if (status === 'clock') throw clockOff(Number(record), now);
  return {
    status: status as SlotStatus,
    record,
    refusals: status === 'refused' ? [lockRefusal(holder || 'another action')] : [],
  };
}

function clockOff(serverMs: number, now: Date): BelayError {
  const seconds = Math.round((now.getTime() - serverMs) / 1_000);
  return new BelayError('unavailable', `the clocks of this host and of Redis differ by ${seconds} s`, {
    code: 'CLOCK_SKEW',
    why: `guardrails are spans of time: more than ${MAX_SKEW_MS / 1_000} s of difference would bend them`,
    next: 'synchronise the clocks of both hosts',
  });
}
