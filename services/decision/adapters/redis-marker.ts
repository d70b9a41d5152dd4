import type { Redis } from 'ioredis';
import { notReady } from './not-ready.ts';
import type { GuardrailKeys } from './redis-keys.ts';

export interface RedisMarker {
  /** Throws unless the store was rebuilt in the process that answers now. */
  verify(): Promise<void>;
  isReady(): Promise<boolean>;
  set(): Promise<void>;
}

/**
 * A server that came up again may carry old data and an old marker: the marker names the process that it was
 * written for, and is looked at anew on each connection.
 */
export function redisMarker(redis: Redis, keys: GuardrailKeys): RedisMarker {
  let verified = false;
  redis.on('close', () => {
    verified = false;
  });
  const identity = async () => /run_id:(\w+)/.exec(await redis.info('server'))?.[1] ?? '';
  const isReady = async (): Promise<boolean> => {
    const [marker, current] = await Promise.all([redis.get(keys.ready), identity()]);
    if (marker !== null && marker !== current) await redis.del(keys.ready);
    return marker !== null && marker === current;
  };
  return {
    isReady,
    verify: async () => {
      if (verified) return;
      if (!(await isReady())) throw notReady();
      verified = true;
    },
    set: async () => {
      await redis.set(keys.ready, await identity());
    },
  };
}
