import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Clock } from '#lib/clock.ts';
import type { LoggedDecision, Refill, SlotStatus } from '../ports.ts';
import { KEEP_CLOSED_MS, settleUnder } from './redis-settle.ts';
import type { GuardrailKeys } from './redis-keys.ts';
import type { RedisMarker } from './redis-marker.ts';

interface RebuildOptions {
  readonly redis: Redis;
  readonly clock: Clock;
  readonly publishWithinMs: number;
  readonly keys: GuardrailKeys;
  readonly marker: RedisMarker;
  readonly fold: (into: Refill) => Promise<void>;
}

const LEASE_MS = 60_000;

/** Refuse, wait until every grant of before is in the log, empty, fill, open. One instance at a time. */
export async function rebuildRedis(options: RebuildOptions): Promise<boolean> {
  const { redis, clock, publishWithinMs, keys, marker, fold } = options;
  const mine = randomUUID();
  if ((await redis.set(keys.rebuilding, mine, 'PX', LEASE_MS, 'NX')) === null) return false;
  const isMine = async () => (await redis.get(keys.rebuilding)) === mine;
  try {
    await redis.del(keys.ready);
    await clock.sleep(publishWithinMs);
    await clear(redis, keys);
    await fold(refillOf(redis, keys));
    // Whoever was so slow that the lease passed on must not open what somebody else is filling.
    if (!(await isMine())) return false;
    await marker.set();
    return true;
  } finally {
    if (await isMine()) await redis.del(keys.rebuilding);
  }
}

async function clear(redis: Redis, keys: GuardrailKeys): Promise<void> {
  const match = `${keys.tag.replaceAll(/[[\]*?\\]/g, '\\$&')}:*`;
  for await (const found of redis.scanStream({ match, count: 500 }) as AsyncIterable<string[]>) {
    const old = found.filter((key) => key !== keys.rebuilding);
    if (old.length > 0) await redis.del(...old);
  }
}

function refillOf(redis: Redis, keys: GuardrailKeys): Refill {
  return {
    decision: (logged) => fill(redis, keys, logged),
    settled: async (settlement) => {
      await settleUnder(keys.rebuilding, redis, keys, settlement);
    },
  };
}

async function fill(redis: Redis, keys: GuardrailKeys, logged: LoggedDecision): Promise<void> {
  const { decisionId, record, lockKey, refused } = logged;
  const slot = keys.slot(decisionId);
  const lock = keys.lock(lockKey);
  if (await redis.exists(slot)) return;
  const status: SlotStatus = refused ? 'refused' : lockKey === undefined ? 'noted' : 'held';
  await redis.hset(slot, { status, record, holder: '', lock });
  if (status === 'held') await redis.set(lock, decisionId);
  else await redis.pexpire(slot, KEEP_CLOSED_MS);
}
