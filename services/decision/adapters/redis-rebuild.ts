import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Clock } from '#lib/clock.ts';
import { runRedisScript } from '#lib/redis-script.ts';
import { KEEP_CLOSED_MS } from '../domain/guardrails/forget-old.ts';
import { statusOf } from '../domain/guardrails/decide-slot.ts';
import { serviceKey } from '../domain/guardrails/scope-keys.ts';
import type { LoggedDecision, Refill } from '../ports.ts';
import { notReady } from './not-ready.ts';
import { redisResetBreaker } from './redis-breakers.ts';
import type { GuardrailKeys } from './redis-keys.ts';
import type { RedisMarker } from './redis-marker.ts';
import { clearKeysScript, refillSlotScript } from './redis-scripts.ts';
import { redisSettle } from './redis-settle.ts';

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
export async function redisRebuild(options: RebuildOptions): Promise<boolean> {
  const { redis, clock, publishWithinMs, keys, marker, fold } = options;
  const mine = randomUUID();
  if ((await redis.set(keys.rebuilding, mine, 'PX', LEASE_MS, 'NX')) === null) return false;
  const isMine = async () => (await redis.get(keys.rebuilding)) === mine;
  const renewing = new AbortController();
  const renewed = renew(options, isMine, renewing.signal);
  try {
    await redis.del(keys.ready, keys.readyBefore);
    await clock.sleep(publishWithinMs);
    // Whoever was so slow that the lease passed on must neither clear nor open what somebody else is filling.
    if (!(await clear(redis, keys, mine))) return false;
    await fold(refillOf(redis, keys, mine));
    return await marker.open(mine);
  } finally {
    renewing.abort();
    await renewed;
    await clearKeys(redis, keys, mine, [keys.rebuilding]);
  }
}

/** Days of log may take longer than the lease. Where it cannot be renewed it ends, and so does the rebuild. */
async function renew(
  { redis, clock, keys }: RebuildOptions,
  isMine: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  try {
    while (!signal.aborted) {
      await clock.sleep(LEASE_MS / 3, signal);
      if (!signal.aborted && (await isMine())) await redis.pexpire(keys.rebuilding, LEASE_MS);
    }
  } catch {
    // The rebuild itself meets the same Redis, and says so.
  }
}

/** Returns whether the lease held to the end. */
async function clear(redis: Redis, keys: GuardrailKeys, mine: string): Promise<boolean> {
  const match = `${keys.tag.replaceAll(/[[\]*?\\]/g, '\\$&')}:*`;
  for await (const found of redis.scanStream({ match, count: 500 }) as AsyncIterable<string[]>) {
    const old = found.filter((key) => key !== keys.rebuilding);
    if (!(await clearKeys(redis, keys, mine, old))) return false;
  }
  return true;
}

async function clearKeys(
  redis: Redis,
  keys: GuardrailKeys,
  mine: string,
  names: readonly string[],
): Promise<boolean> {
  return (await runRedisScript(redis, clearKeysScript, [keys.rebuilding, ...names], [mine])) === 'cleared';
}

/** Nor may a slow one write into what somebody else is filling: it would settle what is not there yet. */
function refillOf(redis: Redis, keys: GuardrailKeys, mine: string): Refill {
  return {
    decision: async (logged) => {
      if (!(await refill(redis, keys, mine, logged))) throw notReady();
    },
    settled: async (settlement) => {
      const under = { marker: keys.rebuilding, value: mine };
      if (!(await redisSettle(redis, keys, under, settlement)).isOpen) throw notReady();
    },
    reset: async (reset) => {
      const under = { marker: keys.rebuilding, value: mine };
      if (!(await redisResetBreaker(redis, keys, under, reset))) throw notReady();
    },
  };
}

async function refill(
  redis: Redis,
  keys: GuardrailKeys,
  mine: string,
  logged: LoggedDecision,
): Promise<boolean> {
  const { decisionId, about, record, wants, checks, trial, storm, decidedAt, granted } = logged;
  const names = [keys.rebuilding, keys.slot(decisionId), ...keys.scopes(wants), ...keys.storms(about)];
  const stored = [decisionId, record, decidedAt.getTime(), mine, KEEP_CLOSED_MS];
  const answer = [
    wants ? JSON.stringify(wants) : '',
    statusOf({ wants, checks: granted?.checks ?? checks }),
    JSON.stringify(checks),
    trial ? '1' : '0',
    granted ? JSON.stringify(granted.checks) : '',
    granted ? granted.at.getTime() : '',
    about ? serviceKey(about) : '',
    storm ? JSON.stringify(storm) : '',
    storm?.ofSource ?? '',
    storm?.inAll ?? '',
    ...keys.held(wants),
  ];
  return (await runRedisScript(redis, refillSlotScript, names, [...stored, ...answer])) !== 'not_mine';
}
