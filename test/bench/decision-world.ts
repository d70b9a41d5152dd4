import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { stringify } from 'yaml';
import { type KafkaBus, openKafkaBus } from '#lib/bus/kafka-bus.ts';
import { prepareTopics, topicSpecs } from '#lib/bus/topics.ts';
import { systemClock } from '#lib/clock.ts';
import { orderTopic } from '#lib/events/order-events.ts';
import { localKeys } from '../../cli/local-keys.ts';
import { freePorts } from '../lab/free-port.ts';
import { startKafka } from '../lab/kafka.ts';
import { startPostgres } from '../lab/postgres.ts';
import { startRedis } from '../lab/redis.ts';
import { spawnBelay, spawnNode, untilReady } from '../support/belay-process.ts';
import { eventually } from '../support/eventually.ts';
import { bareWork } from './decision-bare-work.ts';
import { TARGET, writeRunbooks } from './decision-incidents.ts';
import { Loop } from './decision-loop.ts';
import { Probe } from './decision-probe-client.ts';

const PARTITIONS = 4;
export const PREFIX = 'bench';

export interface DecisionWorld {
  /** The decision service, on topics as they are called. */
  readonly belay: Loop;
  /** The bare loop, on topics of its own behind `bare.`. */
  readonly bare: Loop;
  readonly redis: Redis;
  /** In the first process of the service. */
  readonly probe: Probe;
  hireBelay(): Promise<void>;
  /** With what the service has written by then. */
  hireBare(): Promise<void>;
  stop(): Promise<void>;
}

/** Kafka, Redis, Postgres, and on them as many processes of either side as are hired. */
export async function startDecisionWorld(): Promise<DecisionWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'belay-bench-decision-'));
  const servers = await Promise.all([startKafka({ properties: SMALL_LOGS }), startRedis(), startPostgres()]);
  const [kafka, redisServer, postgres] = servers;
  const brokers = kafka.endpoint.split(',');
  const open = (topicPrefix: string) =>
    openKafkaBus({ brokers, clientId: 'bench', topicPrefix, clock: systemClock });
  const [bus, bareBus] = await Promise.all([open(''), open('bare.')]);
  await Promise.all([bus, bareBus].map(prepare));
  const redis = new Redis(redisServer.endpoint);
  const [belay, bare] = [new Loop(bus), new Loop(bareBus)];
  const probe = new Probe(join(folder, 'probe.sock'));
  const sqlUrl = await postgres.createDatabase('decision');
  const common = commonConfig({ folder, brokers, redisUrl: redisServer.endpoint, sqlUrl });

  const hireBelay = async () => {
    const [grpc = 0, ops = 0] = await freePorts(2);
    const file = join(folder, `decision-${ops}.yaml`);
    writeFileSync(file, stringify({ ...common, grpc: { port: grpc }, ops: { port: ops } }));
    const env = belay.processes.length === 0 ? probe.env : {};
    const running = spawnBelay(['serve', 'decision', '--config', file], env);
    await untilReady(ops, running);
    belay.processes.push(running);
  };
  const hireBare = async () => {
    const file = join(folder, 'bare.json');
    writeFileSync(file, JSON.stringify({ brokers, outputs: await bareWork(bus) }));
    const running = spawnNode([BARE, file]);
    await eventually(() => {
      if (!running.output().includes('joined')) throw new Error(`the bare loop: ${running.output()}`);
    });
    bare.processes.push(running);
  };
  const stop = async () => {
    await Promise.all([...belay.processes, ...bare.processes].map((child) => child.kill('SIGKILL')));
    redis.disconnect();
    await Promise.all([bus.close(), bareBus.close()]);
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  };
  return { belay, bare, redis, probe, hireBelay, hireBare, stop };
}

const BARE = new URL('./decision-bare.ts', import.meta.url).pathname;

/** A million decisions are not to fill the disk. */
const SMALL_LOGS = {
  'log.retention.bytes': 268_435_456,
  'log.segment.bytes': 67_108_864,
  'log.retention.check.interval.ms': 10_000,
};

async function prepare(bus: KafkaBus): Promise<void> {
  const settings = { partitions: PARTITIONS, replicationFactor: 1, retentionMs: 7 * 86_400_000 };
  await prepareTopics(bus, topicSpecs(['incident', 'decision', orderTopic(TARGET)], settings));
}

interface Parts {
  readonly folder: string;
  readonly brokers: readonly string[];
  readonly redisUrl: string;
  readonly sqlUrl: string;
}

function commonConfig({ folder, brokers, redisUrl, sqlUrl }: Parts) {
  const { trustedKeysFile, decisionKeyFile } = localKeys(folder, TARGET);
  const many = 1_000_000_000;
  return {
    bus: { kind: 'kafka', brokers: [...brokers], clientId: 'decision' },
    auth: 'none',
    topics: { partitions: PARTITIONS, replicationFactor: 1 },
    log: { level: 'warn' },
    signing: { trustedKeysFile, keyFile: decisionKeyFile },
    sql: { kind: 'postgres', url: sqlUrl },
    guardrails: { kind: 'redis', url: redisUrl, prefix: PREFIX, publishWithinMs: 1 },
    runbooks: [writeRunbooks(folder)],
    registry: { onStart: 'activate' },
    targets: [TARGET],
    policy: {
      maxAttempts: 1,
      concurrency: { global: many, perTarget: many, perNamespace: many, perService: 1 },
      storm: { services: many, percent: 0 },
    },
  };
}
