import { existsSync } from 'node:fs';
import type { Asking } from './ask-ops.ts';
import { type Answer, bad, good } from './check.ts';
import type { StoreConfig } from './store-config.ts';

/** Everything that the configuration of a service names, from here and with its credentials. */
export async function askStores(
  { bus, sql, guardrails, ...config }: StoreConfig,
  asking: Asking,
): Promise<Answer> {
  const targets = [...(config.targets ?? []), ...(config.target ? [config.target.name] : [])];
  const answers = await Promise.all([
    bus.kind === 'kafka'
      ? (await import('./ask-kafka.ts')).askKafka({ bus, topics: config.topics, targets }, asking)
      : embedded('bus', bus.dataDir),
    sql.kind === 'postgres'
      ? (await import('./ask-postgres.ts')).askPostgres(sql, asking)
      : embedded('sql', sql.dataDir),
    guardrails?.kind === 'redis' ? (await import('./ask-redis.ts')).askRedis(guardrails, asking) : NOTHING,
  ]);
  return { reached: answers.some(({ reached }) => reached), checks: answers.flatMap(({ checks }) => checks) };
}

const NOTHING: Answer = { reached: false, checks: [] };

/** Belongs to the process that has it open: looking into it from outside would keep that process out. */
function embedded(service: string, dataDir: string): Answer {
  const outcome = existsSync(dataDir)
    ? good('embedded, its directory is there')
    : bad(
        'embedded, and its directory is not there',
        `start the service, which makes it, or check the path ${dataDir}`,
      );
  return { reached: true, checks: [{ service, name: 'directory', asked: dataDir, ...outcome }] };
}
