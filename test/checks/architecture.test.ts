import { beforeAll, describe, expect, it } from 'vitest';
import { plantTree, type Run } from './planted-tree.ts';

const configuration = ['.dependency-cruiser.cjs', 'tsconfig.json'];

/** As it should be: every planted file is one step away from this. */
const clean = {
  'lib/errors.ts': `export const messageOf = String;`,
  'lib/ids.ts': `import { createHash } from 'node:crypto';\nexport const hash = createHash;`,
  'lib/logger.ts': `import { pino } from 'pino';\nexport const createLogger = pino;`,
  'lib/bus/kafka-bus.ts': `import { Kafka } from 'kafkajs';\nexport const kafka = Kafka;`,
  'lib/bus/sqlite-bus.ts': `import { DatabaseSync } from 'node:sqlite';\nexport const log = DatabaseSync;`,
  'lib/sql.ts': `import pg from 'pg';\nexport const pool = pg.Pool;`,
  'lib/grpc/server.ts': `import { Server } from '@grpc/grpc-js';\nexport const server = Server;`,
  'proto/gen/ping.ts': `import { Client } from '@grpc/grpc-js';\nexport const client = Client;`,
  'services/decision/domain/decide.ts': [
    `import { messageOf } from '#lib/errors.ts';`,
    `import { hash } from '#lib/ids.ts';`,
    `import { rank } from './rank.ts';`,
    `export const decide = [messageOf, hash, rank];`,
  ].join('\n'),
  'services/decision/domain/rank.ts': `import { messageOf } from '#lib/errors.ts';\nexport const rank = messageOf;`,
  'services/decision/handlers/incident.ts': [
    `import { client } from '#gen/ping.ts';`,
    `import { decide } from '../domain/decide.ts';`,
    `export const incident = [client, decide];`,
  ].join('\n'),
  'services/decision/adapters/redis.ts': `import { Redis } from 'ioredis';\nexport const redis = Redis;`,
  'services/decision/service.ts': [
    `import { kafka } from '#lib/bus/kafka-bus.ts';`,
    `import { redis } from './adapters/redis.ts';`,
    `import { incident } from './handlers/incident.ts';`,
    `export const service = [kafka, redis, incident];`,
  ].join('\n'),
  'services/executor/actions/delete-pod.ts': `import { CoreV1Api } from '@kubernetes/client-node';\nexport const api = CoreV1Api;`,
  'services/decision/decision.test.ts': `import { it } from 'vitest';\nimport { api } from '../executor/actions/delete-pod.ts';\nit('x', () => api);`,
  'test/support/loads.ts': `import { Kafka } from 'kafkajs';\nimport { service } from '../../services/decision/service.ts';\nexport const loads = [Kafka, service];`,
  'cli/services.ts': `import { service } from '../services/decision/service.ts';\nexport const services = [service];`,
  'cli/runbook-tests/play.ts': `import { decide } from '../../services/decision/domain/decide.ts';\nexport const play = decide;`,
  'cli/belay.ts': `import { services } from './services.ts';\nexport const cli = services;`,
};

const imports = (path: string) => `import { x } from '${path}';\nexport const y = x;`;
const domain = 'services/decision/domain';

/** Which rule sees it, who imports, and whom. */
const planted: readonly [rule: string, from: string, to: string, resolved?: string][] = [
  [
    'services-are-islands',
    'services/audit/handlers/a.ts',
    '../../decision/domain/rank.ts',
    `${domain}/rank.ts`,
  ],
  ['domain-is-pure', `${domain}/drives.ts`, 'kafkajs'],
  ['driver-at-home-kafkajs', `${domain}/drives-too.ts`, 'kafkajs'],
  ['domain-is-pure', `${domain}/reads-files.ts`, 'node:fs', 'fs'],
  ['domain-is-pure', `${domain}/logs.ts`, '#lib/logger.ts', 'lib/logger.ts'],
  ['domain-is-pure', `${domain}/speaks-wire.ts`, '#gen/ping.ts', 'proto/gen/ping.ts'],
  [
    'domain-is-pure',
    `${domain}/handles.ts`,
    '../handlers/incident.ts',
    'services/decision/handlers/incident.ts',
  ],
  ['pure-modules-are-pure', 'lib/runbook/runbook.ts', 'node:fs', 'fs'],
  [
    'adapters-are-constructed-in-service',
    'services/decision/workers/w.ts',
    '../adapters/redis.ts',
    'services/decision/adapters/redis.ts',
  ],
  ['lib-knows-no-service', 'lib/knows.ts', '../services/decision/service.ts', 'services/decision/service.ts'],
  ['lib-knows-no-service', 'lib/commands.ts', '../cli/belay.ts', 'cli/belay.ts'],
  ['services-know-no-cli', 'services/decision/starts.ts', '../../cli/belay.ts', 'cli/belay.ts'],
  [
    'cli-starts-services-in-one-place',
    'cli/serve.ts',
    '../services/decision/service.ts',
    'services/decision/service.ts',
  ],
  [
    'runbook-tests-start-nothing',
    'cli/runbook-tests/starts.ts',
    '../../services/decision/service.ts',
    'services/decision/service.ts',
  ],
  [
    'runbook-tests-start-nothing',
    'cli/runbook-tests/drives.ts',
    '../../services/decision/adapters/redis.ts',
    'services/decision/adapters/redis.ts',
  ],
  [
    'runbook-tests-start-nothing',
    'cli/play/starts.ts',
    '../../services/decision/service.ts',
    'services/decision/service.ts',
  ],
  ['no-test-code-in-production', 'lib/tested.ts', '../test/support/loads.ts', 'test/support/loads.ts'],
  ['no-dev-dependency-in-production', 'lib/checks.ts', 'fast-check'],
  ['driver-at-home-kafkajs', 'services/decision/handlers/k.ts', 'kafkajs'],
  ['driver-at-home-redis', 'lib/cache.ts', 'ioredis'],
  ['driver-at-home-postgres', 'services/audit/adapters/p.ts', 'pg'],
  ['driver-at-home-postgres', 'services/audit/adapters/q.ts', '@electric-sql/pglite'],
  ['driver-at-home-sqlite', 'services/audit/adapters/s.ts', 'node:sqlite'],
  ['driver-at-home-kubernetes', 'services/executor/workers/k.ts', '@kubernetes/client-node'],
  ['driver-at-home-grpc', 'services/decision/handlers/g.ts', '@grpc/grpc-js'],
  ['driver-at-home-telemetry', 'lib/measures.ts', '@opentelemetry/sdk-metrics'],
  ['driver-at-home-telemetry-api', 'services/decision/traces.ts', '@opentelemetry/api'],
  ['must-resolve', 'lib/guesses.ts', '#lib/gone.ts'],
  ['must-resolve', 'lib/guesses-too.ts', '@aws-sdk/client-not-there'],
];

describe('check:architecture', () => {
  let run: Run;
  beforeAll(async () => {
    const files = planted.map(([, from, to]) => [from, imports(to)] as const);
    using tree = plantTree(configuration, {
      ...clean,
      ...Object.fromEntries(files),
      'lib/chicken.ts': imports('./egg.ts'),
      'lib/egg.ts': `import type { y } from './chicken.ts';\nexport type X = typeof y;\nexport const x = 1;`,
      'lib/lonely.ts': 'export const lonely = 1;',
    });
    run = await tree.runScript('check:architecture');
  });

  it.each(planted)('%s: refuses that %s imports %s', (rule, from, to, resolved = to) => {
    expect(run.passed).toBe(false);
    const found = run.output.split('\n').filter((line) => line.includes(` ${rule}: ${from} `));
    expect(found.join('\n')).toContain(resolved);
  });

  it('refuses a cycle, also one of types', () => {
    expect(run.output).toMatch(/no-cycle: lib\/(chicken|egg)\.ts/);
  });

  it('refuses a file that nobody imports and that imports nothing', () => {
    expect(run.output).toContain('no-orphan: lib/lonely.ts');
  });

  it('lets a clean tree pass, and has followed #lib, #gen and node_modules in it', async () => {
    using tree = plantTree(configuration, clean);
    const { passed, output } = await tree.runScript('check:architecture');
    expect(output).toContain('no dependency violations found');
    expect(passed).toBe(true);
  });
});
