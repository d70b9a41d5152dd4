import type { Redis } from 'ioredis';
import { BelayError } from '#lib/errors.ts';
import { runRedisScript } from '#lib/redis-script.ts';
import { notReady } from './not-ready.ts';
import type { GuardrailKeys } from './redis-keys.ts';
import { openStoreScript } from './redis-scripts.ts';

export interface RedisMarker {
  /** Throws unless the store is the one that was rebuilt, and has lost nothing since. */
  verify(): Promise<void>;
  /** Throws where the server may throw slots away. */
  isReady(): Promise<boolean>;
  /** Opens what was rebuilt under the lease. Returns whether the lease still held. */
  open(lease: string): Promise<boolean>;
}

/**
 * A server that came up again may carry old data and an old marker: the marker names the process that it was
 * written for, how much that process had thrown away, and when. It is looked at anew on each connection.
 */
export function redisMarker(redis: Redis, keys: GuardrailKeys): RedisMarker {
  let verified = false;
  let newestMs = 0;
  redis.on('close', () => {
    verified = false;
  });
  const isReady = async (): Promise<boolean> => {
    const [marker, info] = await Promise.all([redis.get(keys.ready), redis.info()]);
    const problem = evictionProblem(info);
    const [process, openedAtMs] = parse(marker ?? '');
    // An address may lead back to a server that missed what happened at another one meanwhile.
    const isCurrent = marker !== null && process === stateOf(info) && openedAtMs >= newestMs;
    if (marker !== null && (problem || !isCurrent)) await redis.del(keys.ready);
    if (problem) throw problem;
    if (isCurrent) newestMs = openedAtMs;
    return isCurrent;
  };
  return {
    isReady,
    verify: async () => {
      if (verified) return;
      if (!(await isReady())) throw notReady();
      verified = true;
    },
    open: async (lease) => {
      const info = await redis.info();
      const problem = evictionProblem(info);
      if (problem) throw problem;
      const names = [keys.rebuilding, keys.ready];
      return (
        (await runRedisScript(redis, openStoreScript, names, [lease, stateOf(info), newestMs])) === 'opened'
      );
    },
  };
}

/** As open-store writes it. */
function parse(marker: string): readonly [state: string, openedAtMs: number] {
  const [state = '', openedAtMs] = marker.split(' ');
  return [state, Number(openedAtMs ?? 0)];
}

/** Changes when the process does, and when it throws a key away. */
const stateOf = (info: string): string => `${fieldOf(info, 'run_id')}/${fieldOf(info, 'evicted_keys')}`;

function evictionProblem(info: string): BelayError | undefined {
  const policy = fieldOf(info, 'maxmemory_policy');
  if (policy === 'noeviction') return undefined;
  return new BelayError(
    'unavailable',
    `Redis may throw guardrail slots away: its policy is ${policy || 'not told'}`,
    {
      code: 'GUARDRAILS_EVICTED',
      why: 'a slot that is gone no longer refuses anybody',
      next: 'set maxmemory-policy noeviction',
    },
  );
}

const fieldOf = (info: string, name: string): string =>
  new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
