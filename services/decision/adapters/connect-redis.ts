import { readFile } from 'node:fs/promises';
import { Redis } from 'ioredis';
import type { RedisConfig } from '#lib/config/sections.ts';

/**
 * No queue while it is away and nothing sent twice: an answer that comes late, or from a server that has
 * forgotten, would be worse than none.
 */
export async function connectRedis({ url, tls }: RedisConfig): Promise<Redis> {
  const redis = new Redis(url.reveal(), {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 2_000,
    retryStrategy: (attempt) => Math.min(100 * attempt, 2_000),
    ...(tls && { tls: await tlsFiles(tls) }),
  });
  // Every command reports for itself; without a listener the driver would end the process.
  redis.on('error', () => {});
  return redis;
}

async function tlsFiles(tls: NonNullable<RedisConfig['tls']>) {
  const files = await Promise.all(
    Object.entries(tls).map(async ([name, path]) => [name, await readFile(path)] as const),
  );
  return Object.fromEntries(files);
}
