import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '#lib/clock.ts';
import { startRedis } from '../lab/redis.ts';
import { eventually } from '../support/eventually.ts';
import { pickOf, wholeOf } from './decision-part.ts';
import type { System } from './decision-system.ts';
import { decidedMore, untilRebuilt } from './decision-waits.ts';

/** In which nothing may be granted. */
export interface Closed {
  readonly fromMs: number;
  /** Where it is not said: until the store has been rebuilt. */
  readonly untilMs?: number;
}

type Random = () => number;
type StoreFault = (system: System, random: Random) => Promise<Closed>;

/** What can happen to the store in the middle of everything. Each returns when it has happened. */
export const STORE_FAULTS: Readonly<Record<string, StoreFault>> = {
  'emptied by FLUSHALL': flush,
  'emptied again while it is rebuilt': flushTwice,
  'killed, and empty when it is back': restartEmpty,
  'killed, and back with old data': restartWithOldData,
  'replaced by an empty one': failOver,
  'replaced, and back as it was left': failBack,
  'set to throw keys away': evict,
  'stopped for seconds': pause,
};

/** What a quick run has time for: what is found out in different ways. */
export const QUICK_FAULTS: readonly string[] = [
  'killed, and back with old data',
  'replaced, and back as it was left',
  'set to throw keys away',
];

async function flush({ store }: System): Promise<Closed> {
  await store.redis().flushall();
  return { fromMs: Date.now() };
}

async function flushTwice(system: System, random: Random): Promise<Closed> {
  await flush(system);
  await eventually(async () => {
    if ((await system.store.redis().exists('{belay:guardrails}:rebuilding')) === 0)
      throw new Error('not yet');
  });
  await systemClock.sleep(random() * system.publishWithinMs * 1.2);
  return flush(system);
}

async function restartEmpty({ store }: System): Promise<Closed> {
  await rm(await dumpOf(store), { force: true });
  return killAndRestart(store);
}

async function restartWithOldData(system: System): Promise<Closed> {
  await system.store.redis().save();
  await decidedMore(system, 10);
  return killAndRestart(system.store);
}

async function dumpOf(store: System['store']): Promise<string> {
  const [, folder = ''] = await store.redis().config('GET', 'dir');
  return join(folder, 'dump.rdb');
}

async function killAndRestart(store: System['store']): Promise<Closed> {
  await store.server().kill();
  const fromMs = Date.now();
  await store.server().restart();
  return { fromMs };
}

async function failOver({ store }: System): Promise<Closed> {
  await store.switchTo(await startRedis());
  return { fromMs: Date.now() };
}

/** The old one has kept all it had, its marker as well, and missed what happened since. */
async function failBack(system: System): Promise<Closed> {
  const { store } = system;
  const old = store.server();
  await failOver(system);
  await untilRebuilt(system);
  await decidedMore(system, 10);
  await store.switchTo(old);
  return { fromMs: Date.now() };
}

/** Both instances must have noticed before it comes to that. */
async function evict({ store, stack }: System, random: Random): Promise<Closed> {
  const redis = store.redis();
  const policy = pickOf(['allkeys-lru', 'allkeys-random', 'volatile-lru', 'volatile-ttl'], random);
  try {
    await redis.config('SET', 'maxmemory-policy', policy);
    await Promise.all(stack.instances.map(({ opsPort }) => untilNotReady(opsPort)));
    const fromMs = Date.now();
    await redis.config('SET', 'maxmemory', '1');
    await systemClock.sleep(wholeOf(200, 600, random));
    return { fromMs };
  } finally {
    await redis.config('SET', 'maxmemory', '0');
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
  }
}

async function untilNotReady(opsPort: number): Promise<void> {
  await eventually(async () => {
    const { ok } = await fetch(`http://127.0.0.1:${opsPort}/readyz`);
    if (ok) throw new Error('an instance is ready on a store that throws keys away');
  }, NOTICED_WITHIN_MS);
}

const NOTICED_WITHIN_MS = 15_000;

async function pause({ store, publishWithinMs }: System, random: Random): Promise<Closed> {
  const server = store.server();
  server.pause();
  const fromMs = Date.now();
  await systemClock.sleep(publishWithinMs + wholeOf(1_000, 3_000, random));
  const untilMs = Date.now();
  server.resume();
  return { fromMs, untilMs };
}
