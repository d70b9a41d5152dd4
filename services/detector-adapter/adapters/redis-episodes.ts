import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import { redisError } from '#lib/redis-error.ts';
import { loadRedisScript, runRedisScript } from '#lib/redis-script.ts';
import { dueAtMs, type Episode, type EpisodePolicy } from '../domain/episode.ts';
import { type EpisodeEvent, type EpisodeStep, next } from '../domain/next-episode.ts';
import type { Episodes } from '../ports.ts';
import { notReady } from './not-ready.ts';
import { oneAtATime } from './one-at-a-time.ts';

export interface RedisEpisodesOptions {
  readonly redis: Redis;
  readonly clock: Clock;
  readonly policy: EpisodePolicy;
  /** Tells systems apart that share a server. Becomes the hash tag of every key. */
  readonly prefix: string;
  /** The longest time from a change to its event in the log. A rebuild waits this long. */
  readonly publishWithinMs: number;
  /** [5 s] Between the clock of the asker and that of the server. */
  readonly maxSkewMs?: number;
}

const LEASE_MS = 30_000;
const EPISODES_AT_ONCE = 200;

const scripts = new URL('./lua/', import.meta.url);
const swapScript = loadRedisScript(scripts, 'swap-episode');
const refillScript = loadRedisScript(scripts, 'refill-episodes');

/**
 * The state machine runs here, and the script swaps what it was computed from for what came of it: of any
 * number of askers one is first, and the others compute again from what is there then.
 */
export function redisEpisodes(options: RedisEpisodesOptions): Episodes {
  const { redis, policy } = options;
  const keys = keysUnder(`{${options.prefix}:episodes}`);
  const inTurn = oneAtATime();

  const apply = async (key: string, event: EpisodeEvent, now: Date): Promise<EpisodeStep> => {
    for (let stored = ''; ; ) {
      const step = next(parse(stored), event, now, policy);
      const moved = await swap(options, keys, { key, stored, episode: step.episode, now });
      if (moved === undefined) return step;
      stored = moved;
    }
  };

  return {
    // In turn, because a storm reports one problem many times, and all but one would compute in vain.
    apply: (key, event, now) => redisError(() => inTurn(key, () => apply(key, event, now))),
    keyOf: (incidentId) =>
      redisError(async () => {
        const asked = redis.multi().info('server').get(keys.ready).hget(keys.incidents, incidentId);
        const [info, marker, key] = ((await asked.exec()) ?? []).map(([error, value]) => {
          if (error) throw error;
          return value as string | null;
        });
        if (!isMarkerOf(marker, info)) throw notReady();
        return key ?? undefined;
      }),
    due: (now, limit) =>
      redisError(() => redis.zrangebyscore(keys.due, '-inf', now.getTime(), 'LIMIT', 0, limit)),
    isReady: () =>
      redisError(async () => {
        const [marker, info] = await Promise.all([redis.get(keys.ready), redis.info('server')]);
        return isMarkerOf(marker, info);
      }),
    rebuild: (read, signal) => rebuild(options, keys, read, signal),
  };
}

type Keys = ReturnType<typeof keysUnder>;

/** One hash tag, so that a script sees it all. */
const keysUnder = (tag: string) => ({
  lease: `${tag}:rebuilding`,
  ready: `${tag}:ready`,
  episodes: `${tag}:episodes`,
  incidents: `${tag}:incidents`,
  due: `${tag}:due`,
});

interface Swap {
  readonly key: string;
  readonly stored: string;
  readonly episode: Episode | undefined;
  readonly now: Date;
}

/** Undefined when it is done, or what is there instead of what was expected. */
async function swap(
  { redis, policy, maxSkewMs = 5_000 }: RedisEpisodesOptions,
  keys: Keys,
  { key, stored, episode, now }: Swap,
): Promise<string | undefined> {
  const touched = [keys.ready, keys.episodes, keys.incidents, keys.due];
  const args = [
    ...[key, stored, episode ? JSON.stringify(episode) : ''],
    ...[incidentOf(parse(stored)), incidentOf(episode), episode ? dueAtMs(episode, policy) : 0],
    ...[now.getTime(), maxSkewMs],
  ];
  const [status, detail = ''] = (await runRedisScript(redis, swapScript, touched, args)) as string[];
  if (status === 'not_ready') throw notReady();
  if (status === 'clock') throw clockOff(Number(detail), now, maxSkewMs);
  return status === 'moved' ? detail : undefined;
}

async function rebuild(
  { redis, clock, policy, publishWithinMs }: RedisEpisodesOptions,
  keys: Keys,
  read: () => Promise<ReadonlyMap<string, Episode>>,
  signal?: AbortSignal,
): Promise<boolean> {
  const token = randomUUID();
  const taken = await redisError(() => redis.set(keys.lease, token, 'PX', LEASE_MS, 'NX'));
  if (taken === null) return false;
  const touched = [keys.lease, keys.ready, keys.episodes, keys.incidents, keys.due];
  const refill = async (step: string, ...args: (string | number)[]): Promise<boolean> => {
    const all = [token, LEASE_MS, step, ...args];
    return (await redisError(() => runRedisScript(redis, refillScript, touched, all))) === 'ok';
  };
  const over = new AbortController();
  void keepLease(() => refill('keep'), clock, over.signal);
  try {
    if (!(await refill('begin'))) return false;
    // What others were granted before they were refused reaches the log within this time.
    await clock.sleep(publishWithinMs, signal);
    if (signal?.aborted) return false;
    const entries = [...(await read())];
    for (let at = 0; at < entries.length; at += EPISODES_AT_ONCE) {
      const chunk = entries.slice(at, at + EPISODES_AT_ONCE);
      if (!(await refill('add', ...chunk.flatMap((entry) => toArgs(entry, policy))))) return false;
    }
    return await refill('open');
  } finally {
    over.abort();
    // Redis may be away by now; then the lease ends by itself.
    await refill('quit').catch(() => false);
  }
}

/** A log may take longer to read than a lease should last after a crash. */
async function keepLease(keep: () => Promise<boolean>, clock: Clock, over: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep(LEASE_MS / 3, over);
    if (over.aborted) return;
    // Without an answer the lease runs out, and each further step finds that it is lost.
    await keep().catch(() => false);
  }
}

const toArgs = ([key, episode]: readonly [string, Episode], policy: EpisodePolicy) => [
  key,
  JSON.stringify(episode),
  incidentOf(episode),
  dueAtMs(episode, policy),
];

const parse = (stored: string): Episode | undefined =>
  stored === '' ? undefined : (JSON.parse(stored) as Episode);

const incidentOf = (episode: Episode | undefined): string =>
  episode && episode.phase !== 'tombstone' ? episode.incidentId : '';

const isMarkerOf = (marker: string | null | undefined, info: string | null | undefined): boolean =>
  Boolean(marker) && marker === /run_id:(\w+)/.exec(info ?? '')?.[1];

function clockOff(serverMs: number, now: Date, maxSkewMs: number): BelayError {
  const seconds = Math.round((now.getTime() - serverMs) / 1_000);
  return new BelayError('unavailable', `the clocks of this host and of Redis differ by ${seconds} s`, {
    code: 'CLOCK_SKEW',
    why: `episodes end by time: more than ${maxSkewMs / 1_000} s of difference would bend that`,
    next: 'synchronise the clocks of both hosts',
  });
}
