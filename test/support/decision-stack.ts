import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument, stringify } from 'yaml';
import { type LocalKeys, localKeys } from '../../cli/local-keys.ts';
import type { ConcurrencyLimits } from '../../services/decision/domain/guardrails/slot-wants.ts';
import { freePorts } from '../lab/free-port.ts';
import { type BelayProcess, spawnBelay, untilReady } from './belay-process.ts';

const RUNBOOK = new URL('../../runbooks/restart-pod.yaml', import.meta.url);

/** restart-pod for another cause, with guardrails of its own. */
export interface RunbookVariant {
  readonly name: string;
  readonly cause: string;
  readonly guardrails: Readonly<Record<string, unknown>>;
  /** People are asked first, these. */
  readonly approval?: Readonly<Record<string, unknown>>;
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
  /** Who may answer approvals, each with the token of their name. */
  readonly approvers?: readonly string[];
  /** How often an incident is decided. [once: what is refused stays refused] */
  readonly maxAttempts?: number;
}

export interface DecisionInstance {
  /** Outright. */
  kill(): Promise<void>;
  /** Again, and returns when it is ready. */
  start(): Promise<void>;
  readonly opsPort: number;
  readonly grpcPort: number;
  /** By which Kafka knows it. */
  readonly clientId: string;
}

export interface DecisionStack {
  readonly topicPrefix: string;
  readonly instances: readonly DecisionInstance[];
  /** The executors of the first target sign with its key. */
  readonly signing: { readonly trustedKeysFile: string; readonly keyFile: string };
  stop(): Promise<void>;
}

/** The decision service alone, as processes of one group; whoever starts it plays the services around it. */
export async function startDecisionStack(options: DecisionStackOptions): Promise<DecisionStack> {
  const folder = mkdtempSync(join(tmpdir(), `belay-decision-${options.name}-`));
  const keys = localKeys(folder, options.targets[0] ?? '');
  const config = sharedConfig(options, folder, keys);
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
    return { ...instanceOf(file, opsPort), grpcPort, clientId };
  });
  await Promise.all(instances.map((instance) => instance.start()));
  return {
    topicPrefix: config.bus.topicPrefix,
    instances,
    signing: { trustedKeysFile: keys.trustedKeysFile, keyFile: keys.targetKeyFile },
    stop: async () => {
      await Promise.all(instances.map((instance) => instance.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function instanceOf(file: string, opsPort: number): Omit<DecisionInstance, 'clientId' | 'grpcPort'> {
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

function sharedConfig(options: DecisionStackOptions, folder: string, keys: LocalKeys) {
  const { name, brokers, databaseUrl, targets, concurrency, approvers = [], maxAttempts = 1 } = options;
  const tokens = [
    { name: 'tester', roles: ['operator'], sha256: sha256Of(randomBytes(32)) },
    ...approvers.map((person) => ({ name: person, roles: ['approver'], sha256: sha256Of(tokenOf(person)) })),
  ];
  return {
    bus: { kind: 'kafka', brokers: brokers.split(','), topicPrefix: `${name}-` },
    sql: { kind: 'postgres', url: databaseUrl, poolSize: 4 },
    auth: { tokens },
    signing: { trustedKeysFile: keys.trustedKeysFile, keyFile: keys.decisionKeyFile },
    topics: { partitions: 6, replicationFactor: 1 },
    log: { level: 'warn' },
    runbooks: options.runbooks.map((variant) => writeRunbook(folder, variant)),
    registry: { onStart: 'activate' },
    targets: [...targets],
    policy: {
      concurrency,
      maxAttempts,
      storm: { services: 1_000_000, percent: 0 },
      // What a campaign lets fail says nothing about a runbook.
      risk: { reliableRate: 0 },
    },
  };
}

/** Short ones are refused unseen. */
export const tokenOf = (person: string): string => `token-of-${person}-`.padEnd(43, '0');

const sha256Of = (token: string | Buffer): string => createHash('sha256').update(token).digest('hex');

function writeRunbook(folder: string, { name, cause, guardrails, approval }: RunbookVariant): string {
  const runbook = parseDocument(readFileSync(RUNBOOK, 'utf8'));
  runbook.setIn(['metadata', 'name'], name);
  runbook.setIn(['spec', 'triggers'], { probableCauses: [cause], minimumConfidence: 0.8 });
  for (const [key, value] of Object.entries(guardrails)) runbook.setIn(['spec', 'guardrails', key], value);
  if (approval) {
    runbook.setIn(['spec', 'decisionMode'], 'approval_required');
    runbook.setIn(['spec', 'approval'], approval);
    // Neither may be longer than people have time to answer.
    runbook.setIn(['spec', 'steps', 0, 'timeoutSeconds'], 1);
    runbook.setIn(['spec', 'verification', 'timeoutSeconds'], 1);
  }
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, runbook.toString());
  return file;
}
