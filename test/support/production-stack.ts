import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument, stringify } from 'yaml';
import { localKeys } from '../../cli/local-keys.ts';
import { freePorts } from '../lab/free-port.ts';
import { type LabKafka, startKafka } from '../lab/kafka.ts';
import { type LabKubernetes, startKubernetes } from '../lab/kubernetes.ts';
import { type LabPostgres, startPostgres } from '../lab/postgres.ts';
import { type LabRedis, startRedis } from '../lab/redis.ts';
import { type BelayProcess, spawnBelay, untilReady } from './belay-process.ts';
import type { Stack } from './stack.ts';

const RUNBOOK = new URL('../../runbooks/restart-pod.yaml', import.meta.url);
/** Campaigns and benches have more under way than anybody would allow in production. */
const AT_ONCE = 100;
const TARGET = 'lab';

export const SERVICES = ['audit', 'verifier', 'executor', 'decision', 'detector-adapter'] as const;
export type ServiceName = (typeof SERVICES)[number];

export interface ProductionStack extends Stack {
  readonly kafka: LabKafka;
  readonly redis: LabRedis;
  readonly postgres: LabPostgres;
  readonly kubernetes: LabKubernetes;
  /** Kills one service outright. */
  kill(service: ServiceName): Promise<void>;
  /** Starts it again, and returns when it is ready. */
  start(service: ServiceName): Promise<void>;
  process(service: ServiceName): BelayProcess;
}

export interface ProductionOptions {
  readonly env?: Readonly<Partial<Record<ServiceName, NodeJS.ProcessEnv>>>;
}

/** Kafka, Redis, Postgres and Kubernetes, and each service a process of its own. */
export async function startProductionStack({ env = {} }: ProductionOptions = {}): Promise<ProductionStack> {
  const folder = mkdtempSync(join(tmpdir(), 'belay-production-'));
  const [kafka, redis, postgres, kubernetes, ports] = await Promise.all([
    startKafka(),
    startRedis(),
    startPostgres(),
    startKubernetes(),
    freePorts(SERVICES.length * 2 + 1),
  ]);
  const token = randomBytes(32).toString('base64url');
  const port = (service: ServiceName, kind: 'grpc' | 'ops') =>
    ports[SERVICES.indexOf(service) * 2 + (kind === 'grpc' ? 0 : 1)] ?? 0;
  const configs = configsFor({ folder, kafka, redis, kubernetes, token, port, httpPort: ports.at(-1) ?? 0 });
  const databaseUrl = await postgres.createDatabase('belay');
  const running = new Map<ServiceName, BelayProcess>();

  const start = async (service: ServiceName) => {
    const file = join(folder, `${service}.yaml`);
    writeFileSync(
      file,
      stringify({ ...configs[service], sql: { kind: 'postgres', url: databaseUrl, poolSize: 4 } }),
    );
    const child = spawnBelay(['serve', service, '--config', file], env[service]);
    running.set(service, child);
    await untilReady(port(service, 'ops'), child);
  };
  const process = (service: ServiceName): BelayProcess => {
    const child = running.get(service);
    if (!child) throw new Error(`${service} does not run`);
    return child;
  };
  await Promise.all(SERVICES.map(start));

  const endpoint = (service: ServiceName) => `127.0.0.1:${port(service, 'grpc')}`;
  return {
    name: 'Kafka, Redis, Postgres, Kubernetes',
    target: TARGET,
    endpoints: {
      'detector-adapter': endpoint('detector-adapter'),
      decision: endpoint('decision'),
      audit: endpoint('audit'),
    },
    token,
    kubeconfig: kubernetes.kubeconfig,
    kafka,
    redis,
    postgres,
    kubernetes,
    kill: (service) => process(service).kill('SIGKILL'),
    start,
    process,
    stop: async () => {
      await Promise.all([...running.values()].map((child) => child.kill('SIGKILL')));
      await Promise.all([kafka, redis, postgres, kubernetes].map((server) => server.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Parts {
  readonly folder: string;
  readonly kafka: LabKafka;
  readonly redis: LabRedis;
  readonly kubernetes: LabKubernetes;
  readonly token: string;
  readonly httpPort: number;
  readonly port: (service: ServiceName, kind: 'grpc' | 'ops') => number;
}

function configsFor({ folder, kafka, redis, kubernetes, token, httpPort, port }: Parts) {
  const sha256 = createHash('sha256').update(token).digest('hex');
  const keys = localKeys(folder, TARGET);
  const trust = { trustedKeysFile: keys.trustedKeysFile };
  const common = (service: ServiceName) => ({
    bus: { kind: 'kafka', brokers: kafka.endpoint.split(','), clientId: service },
    grpc: { port: port(service, 'grpc') },
    ops: { port: port(service, 'ops') },
    auth: { tokens: [{ name: 'tester', roles: ['operator'], sha256 }] },
    topics: { partitions: 3, replicationFactor: 1 },
    log: { level: 'warn' },
  });
  const stored = { kind: 'redis', url: redis.endpoint };
  return {
    audit: { ...common('audit'), signing: trust },
    verifier: { ...common('verifier'), signing: trust },
    executor: {
      ...common('executor'),
      signing: { ...trust, keyFile: keys.targetKeyFile },
      target: { name: TARGET, kubernetes: { kubeconfig: kubernetes.kubeconfig } },
    },
    decision: {
      ...common('decision'),
      signing: { ...trust, keyFile: keys.decisionKeyFile },
      guardrails: { ...stored, publishWithinMs: 1_000 },
      runbooks: [runbookFile(folder)],
      registry: { onStart: 'activate' },
      targets: [TARGET],
      policy: {
        concurrency: { global: AT_ONCE, perTarget: AT_ONCE, perNamespace: AT_ONCE, perService: 1 },
        storm: { services: 1_000_000, percent: 0 },
      },
    },
    'detector-adapter': {
      ...common('detector-adapter'),
      http: { port: httpPort },
      episodes: { ...stored, publishWithinMs: 12_000 },
    },
  } satisfies Record<ServiceName, object>;
}

function runbookFile(folder: string): string {
  const runbook = parseDocument(readFileSync(RUNBOOK, 'utf8'));
  for (const cap of ['maxConcurrentActions', 'maxConcurrentActionsPerNamespace'])
    runbook.setIn(['spec', 'guardrails', cap], AT_ONCE);
  const file = join(folder, 'restart-pod.yaml');
  writeFileSync(file, runbook.toString());
  return file;
}
