import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument, stringify } from 'yaml';
import { localKeys } from '../../cli/local-keys.ts';
import type { ConcurrencyLimits } from '../../services/decision/domain/guardrails/slot-wants.ts';
import { freePorts } from '../lab/free-port.ts';
import { type BelayProcess, spawnBelay, untilReady } from './belay-process.ts';

const RUNBOOK = new URL('../../runbooks/restart-pod.yaml', import.meta.url);

/** restart-pod for another cause, with guardrails of its own. */
export interface RunbookVariant {
  readonly name: string;
  readonly cause: string;
  readonly guardrails: Readonly<Record<string, unknown>>;
}

export interface DecisionStackOptions {
  /** Goes before its topics and groups: several can share a Kafka. */
  readonly name: string;
  readonly brokers: string;
  readonly databaseUrl: string;
  /** Where each instance finds its Redis: as many instances as addresses. */
  readonly redisUrls: readonly string[];
  readonly publishWithinMs: number;
  readonly runbooks: readonly RunbookVariant[];
  readonly concurrency: ConcurrencyLimits;
  readonly targets: readonly string[];
}

export interface DecisionInstance {
  /** Outright. */
  kill(): Promise<void>;
  /** Again, and returns when it is ready. */
  start(): Promise<void>;
  readonly opsPort: number;
  /** By which Kafka knows it. */
  readonly clientId: string;
}

export interface DecisionStack {
  readonly topicPrefix: string;
  readonly instances: readonly DecisionInstance[];
  stop(): Promise<void>;
}

/** The decision service alone, as processes of one group; whoever starts it plays the services around it. */
export async function startDecisionStack(options: DecisionStackOptions): Promise<DecisionStack> {
  const folder = mkdtempSync(join(tmpdir(), `belay-decision-${options.name}-`));
  const config = sharedConfig(options, folder);
  const ports = await freePorts(options.redisUrls.length * 2);
  const instances = options.redisUrls.map((redisUrl, i) => {
    const file = join(folder, `decision-${i}.yaml`);
    const [grpcPort = 0, opsPort = 0] = ports.slice(i * 2);
    const clientId = `decision-${i}`;
    const guardrails = { kind: 'redis', url: redisUrl, publishWithinMs: options.publishWithinMs };
    const own = {
      bus: { ...config.bus, clientId },
      grpc: { port: grpcPort },
      ops: { port: opsPort },
      guardrails,
    };
    writeFileSync(file, stringify({ ...config, ...own }));
    return { ...instanceOf(file, opsPort), clientId };
  });
  await Promise.all(instances.map((instance) => instance.start()));
  return {
    topicPrefix: config.bus.topicPrefix,
    instances,
    stop: async () => {
      await Promise.all(instances.map((instance) => instance.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function instanceOf(file: string, opsPort: number): Omit<DecisionInstance, 'clientId'> {
  let running: BelayProcess | undefined;
  return {
    opsPort,
    kill: async () => running?.kill('SIGKILL'),
    start: async () => {
      running = spawnBelay(['serve', 'decision', '--config', file]);
      await untilReady(opsPort, running, READY_TIMEOUT_MS);
    },
  };
}

/** The session of a member that was killed has to end before the next one gets its partitions. */
const READY_TIMEOUT_MS = 120_000;

function sharedConfig(options: DecisionStackOptions, folder: string) {
  const { name, brokers, databaseUrl, targets, concurrency } = options;
  const keys = localKeys(folder, targets[0] ?? '');
  const sha256 = createHash('sha256').update(randomBytes(32)).digest('hex');
  return {
    bus: { kind: 'kafka', brokers: brokers.split(','), topicPrefix: `${name}-` },
    sql: { kind: 'postgres', url: databaseUrl, poolSize: 4 },
    auth: { tokens: [{ name: 'tester', roles: ['operator'], sha256 }] },
    signing: { trustedKeysFile: keys.trustedKeysFile, keyFile: keys.decisionKeyFile },
    topics: { partitions: 6, replicationFactor: 1 },
    log: { level: 'warn' },
    runbooks: options.runbooks.map((variant) => writeRunbook(folder, variant)),
    registry: { onStart: 'activate' },
    targets: [...targets],
    // What is refused stays refused, so that each incident is decided once.
    policy: { concurrency, maxAttempts: 1 },
  };
}

function writeRunbook(folder: string, { name, cause, guardrails }: RunbookVariant): string {
  const runbook = parseDocument(readFileSync(RUNBOOK, 'utf8'));
  runbook.setIn(['metadata', 'name'], name);
  runbook.setIn(['spec', 'triggers'], { probableCauses: [cause], minimumConfidence: 0.8 });
  for (const [key, value] of Object.entries(guardrails)) runbook.setIn(['spec', 'guardrails', key], value);
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, runbook.toString());
  return file;
}
