import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import { traceRedis } from '#lib/telemetry/store-hooks.ts';
import type { DecideRequest, Guardrails, Refill, Slot, SlotStatus } from '../ports.ts';
import { lockRefusal, notReady } from './lock-refusal.ts';
import { redisError } from './redis-error.ts';

export interface RedisGuardrailsOptions {
  readonly redis: Redis;
  readonly clock: Clock;
  /** Tells systems apart that share a server. Becomes the hash tag of every key. */
  readonly prefix?: string;
  /** The longest time between a grant and the publishing of its order. A rebuild waits this long. */
  readonly publishWithinMs: number;
}

const MAX_SKEW_MS = 5_000;
/** Closed slots are kept as long as the log can redeliver what they answer. */
const KEEP_CLOSED_MS = 48 * 3_600_000;
const REBUILD_LEASE_MS = 60_000;
const NO_LOCK = 'none';

const script = (name: string) => readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8');

/** One script an answer. Everything lives under one hash tag, so that a script sees it all. */
export function redisGuardrails(options: RedisGuardrailsOptions): Guardrails {
  const { redis, clock, publishWithinMs } = options;
  const tag = `{${options.prefix ?? 'belay'}:guardrails}`;
  const key = { ready: `${tag}:ready`, rebuilding: `${tag}:rebuilding` };
  const slotKey = (decisionId: string) => `${tag}:slot:${decisionId}`;
  const lockKeyOf = (workload: string) => `${tag}:lock:${workload}`;
  const decideScript = script('decide-slot');
  const settleScript = script('settle-slot');

  // A server that came up again may carry old data and an old marker: the marker names the process that it
  // was written for, and is looked at anew on each connection.
  let verified = false;
  redis.on('close', () => {
    verified = false;
  });
  const identity = async () => /run_id:(\w+)/.exec(await redis.info('server'))?.[1] ?? '';
  const isReady = async (): Promise<boolean> => {
    const [marker, current] = await Promise.all([redis.get(key.ready), identity()]);
    if (marker !== null && marker !== current) await redis.del(key.ready);
    return marker !== null && marker === current;
  };
  const verify = async (): Promise<void> => {
    if (verified) return;
    if (!(await isReady())) throw notReady();
    verified = true;
  };

  const decide = async ({ decisionId, lockKey, record, now }: DecideRequest): Promise<Slot> => {
    await verify();
    const keys = [key.ready, slotKey(decisionId), lockKeyOf(lockKey ?? NO_LOCK)];
    const wanted = lockKey === undefined ? '0' : '1';
    const args = [decisionId, wanted, record, now.getTime(), MAX_SKEW_MS, KEEP_CLOSED_MS];
    const answer = await traceRedis('decide-slot', () =>
      redis.eval(decideScript, keys.length, ...keys, ...args),
    );
    return toSlot(answer as string[], now);
  };
  const settle = async (decisionId: string, keepLock: boolean): Promise<void> => {
    await verify();
    const slot = slotKey(decisionId);
    const lock = (await redis.hget(slot, 'lock')) ?? lockKeyOf(NO_LOCK);
    const args = [decisionId, keepLock ? '1' : '0', KEEP_CLOSED_MS];
    const run = () => redis.eval(settleScript, 3, key.ready, slot, lock, ...args);
    if ((await traceRedis('settle-slot', run)) === 'not_ready') throw notReady();
  };
  const refillWith = (marker: string): Refill => ({
    decision: async ({ decisionId, record, lockKey, refused }) => {
      const slot = slotKey(decisionId);
      const held = lockKey !== undefined && !refused;
      const status: SlotStatus = held ? 'held' : refused ? 'refused' : 'noted';
      const lock = lockKeyOf(lockKey ?? NO_LOCK);
      if (await redis.exists(slot)) return;
      await redis.hset(slot, { status, record, holder: '', lock });
      if (held) await redis.set(lock, decisionId);
      else await redis.pexpire(slot, KEEP_CLOSED_MS);
    },
    // The settle script refuses a store without its marker; under the rebuild's own it may work.
    settled: async ({ decisionId, keepLock }) => {
      const slot = slotKey(decisionId);
      const lock = (await redis.hget(slot, 'lock')) ?? lockKeyOf(NO_LOCK);
      await redis.eval(settleScript, 3, marker, slot, lock, decisionId, keepLock ? '1' : '0', KEEP_CLOSED_MS);
    },
  });
  const clear = async () => {
    const stream = redis.scanStream({ match: `${tag.replaceAll(/[[\]*?\\]/g, '\\$&')}:*`, count: 500 });
    for await (const keys of stream as AsyncIterable<string[]>) {
      const old = keys.filter((k) => k !== key.rebuilding);
      if (old.length > 0) await redis.del(...old);
    }
  };

  return {
    decide: (request) => redisError(() => decide(request)),
    settle: ({ decisionId, keepLock }) => redisError(() => settle(decisionId, keepLock)),
    isReady: () => redisError(isReady),
    rebuild: (fold) =>
      redisError(async () => {
        const mine = randomUUID();
        if ((await redis.set(key.rebuilding, mine, 'PX', REBUILD_LEASE_MS, 'NX')) === null) return false;
        try {
          await redis.del(key.ready);
          await clock.sleep(publishWithinMs);
          await clear();
          await fold(refillWith(key.rebuilding));
          // Whoever was so slow that the lease passed on must not open what somebody else is filling.
          if ((await redis.get(key.rebuilding)) !== mine) return false;
          await redis.set(key.ready, await identity());
          return true;
        } finally {
          if ((await redis.get(key.rebuilding)) === mine) await redis.del(key.rebuilding);
        }
      }),
    check: () =>
      redisError(async () => `answers, ${(await redis.get(key.ready)) === null ? 'not ' : ''}ready`),
  };
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
