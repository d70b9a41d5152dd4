import type { Redis } from 'ioredis';
import type { Clock } from '#lib/clock.ts';
import type { GuardrailsConfig } from '../config.ts';
import type { Guardrails } from '../ports.ts';
import { memoryGuardrails } from './memory-guardrails.ts';

export interface OpenGuardrails {
  readonly guardrails: Guardrails;
  close(): Promise<void>;
}

/** The driver is loaded only where there is a Redis. */
export async function openGuardrails(config: GuardrailsConfig, clock: Clock): Promise<OpenGuardrails> {
  if (config.kind === 'memory') return { guardrails: memoryGuardrails(), close: async () => {} };
  const [{ redisGuardrails }, redis] = await Promise.all([import('./redis-guardrails.ts'), connect(config)]);
  const { prefix, publishWithinMs } = config;
  return {
    guardrails: redisGuardrails({ redis, clock, prefix, publishWithinMs }),
    close: async () => redis.disconnect(),
  };
}

/**
 * No queue while it is away and nothing sent twice: an answer that comes late, or from a server that has
 * forgotten, would be worse than none.
 */
async function connect({ url, tls }: GuardrailsConfig & { kind: 'redis' }): Promise<Redis> {
  const { Redis } = await import('ioredis');
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

async function tlsFiles(tls: { ca?: string; cert?: string; key?: string }) {
  const { readFile } = await import('node:fs/promises');
  const files = await Promise.all(
    Object.entries(tls).map(async ([name, path]) => [name, await readFile(path)] as const),
  );
  return Object.fromEntries(files);
}
