import { once } from 'node:events';
import type { Redis } from 'ioredis';
import { systemClock } from '#lib/clock.ts';
import { Secret } from '#lib/config/secret.ts';
import { connectRedis } from '../../services/decision/adapters/connect-redis.ts';
import { redisGuardrails } from '../../services/decision/adapters/redis-guardrails.ts';
import { type GuardrailKeys, guardrailKeys } from '../../services/decision/adapters/redis-keys.ts';
import type { DecideRequest, Guardrails } from '../../services/decision/ports.ts';
import { startRedis } from '../lab/redis.ts';
import { requestMaker } from './decision-requests.ts';

/** What one process has unanswered at most: so many partitions side by side, so many keys of each. */
export const IN_FLIGHT = 64;
/** redis-benchmark sends one time again and again. */
export const MAX_SKEW_MS = 3_600_000;

export interface GuardWorld {
  readonly port: number;
  /** The connection of the guardrails. */
  readonly redis: Redis;
  readonly keys: GuardrailKeys;
  readonly guardrails: Guardrails;
  /** A grant at scopes that nobody else has. */
  readonly request: (id: string) => DecideRequest;
  /** As after a rebuild from an empty log. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

export async function startGuardWorld(): Promise<GuardWorld> {
  const server = await startRedis();
  const redis = await connectRedis({ url: new Secret(server.endpoint) });
  await once(redis, 'ready');
  const prefix = 'bench';
  const skew = { publishWithinMs: 1, maxSkewMs: MAX_SKEW_MS };
  const guardrails = redisGuardrails({ redis, clock: systemClock, prefix, ...skew });
  return {
    port: server.port,
    redis,
    keys: guardrailKeys(prefix),
    guardrails,
    request: await requestMaker(),
    empty: async () => {
      await redis.flushall();
      await guardrails.rebuild(async () => {});
    },
    stop: async () => {
      redis.disconnect();
      await server.stop();
    },
  };
}
