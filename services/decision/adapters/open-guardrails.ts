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
  const [{ redisGuardrails }, { connectRedis }] = await Promise.all([
    import('./redis-guardrails.ts'),
    import('./connect-redis.ts'),
  ]);
  const redis = await connectRedis(config);
  const { prefix, publishWithinMs } = config;
  return {
    guardrails: redisGuardrails({ redis, clock, prefix, publishWithinMs }),
    close: async () => redis.disconnect(),
  };
}
