import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import type { RedisConfig } from '#lib/config/sections.ts';

/**
 * Fails at once instead of waiting for a server that is away: whoever asks is told to come again. Nothing is
 * sent a second time by the driver, as it might meet another server, or a rebuilt store.
 */
export function connectRedis({ url, tls }: RedisConfig, onError: (error: Error) => void): Redis {
  const redis = new Redis(url.reveal(), {
    ...(tls && {
      tls: {
        ...(tls.ca !== undefined && { ca: readFileSync(tls.ca) }),
        ...(tls.cert !== undefined && { cert: readFileSync(tls.cert) }),
        ...(tls.key !== undefined && { key: readFileSync(tls.key) }),
      },
    }),
    lazyConnect: true,
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
  });
  redis.on('error', onError);
  return redis;
}
