import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import { repairKafkajs } from './kafka-repairs.ts';

export interface KafkaLogEntry {
  readonly level: 'error' | 'warn' | 'debug';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type KafkaLog = (entry: KafkaLogEntry) => void;

export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly tls?: KafkaConfig['ssl'] | undefined;
  readonly sasl?: KafkaConfig['sasl'] | undefined;
  readonly log: KafkaLog;
}

export interface Patience {
  readonly requestTimeoutMs: number;
  /** Of connecting and of looking up; sending has its own. */
  readonly retries: number;
}

/**
 * A client for one purpose. They are never shared: kafkajs keeps the committed offsets of a group in the
 * client, so two members in one would read each other's, and a topic that was deleted spoils every lookup of
 * the client that has ever used it.
 */
export function newKafkaClient(connection: KafkaConnection, patience: Patience): Kafka {
  repairKafkajs();
  return new Kafka({
    clientId: connection.clientId,
    // kafkajs begins with the first, which may be the one that is down.
    brokers: startingAnywhere(connection.brokers),
    ...(connection.tls && { ssl: connection.tls }),
    ...(connection.sasl && { sasl: connection.sasl }),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    authenticationTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: patience.requestTimeoutMs,
    // All of them: under NODE_ENV=test kafkajs has other defaults.
    retry: {
      initialRetryTime: 100,
      maxRetryTime: 1_000,
      factor: 0.2,
      multiplier: 2,
      retries: patience.retries,
    },
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => connection.log(toLogEntry(entry)),
  });
}

const CONNECT_TIMEOUT_MS = 5_000;

type RawEntry = Parameters<ReturnType<NonNullable<KafkaConfig['logCreator']>>>[0];

function toLogEntry({ namespace, level, log: { message, logger: _l, timestamp: _t, ...fields } }: RawEntry) {
  return { level: LEVELS[level] ?? 'debug', message: `[${namespace}] ${message}`, fields };
}

/** To kafkajs each failed attempt is an error. What remains of them after all attempts is thrown at somebody. */
const LEVELS: Readonly<Record<number, KafkaLogEntry['level']>> = {
  [logLevel.ERROR]: 'warn',
  [logLevel.WARN]: 'warn',
};

function startingAnywhere(brokers: readonly string[]): string[] {
  const start = Math.floor(Math.random() * brokers.length);
  return [...brokers.slice(start), ...brokers.slice(0, start)];
}
