import kafkajs, { type Admin, type ITopicConfig } from 'kafkajs';
import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type { PartitionOffsets, Position, TopicSpec, TopicState } from './bus.ts';
import { type KafkaConnection, newKafkaClient } from './kafka-client.ts';
import { within } from './kafka-deadline.ts';
import { kafkaFailure, protocolErrorOf, unknownTopic } from './kafka-errors.ts';
import { maxMessageBytes } from './kafka-records.ts';

export interface KafkaTopicState extends TopicState {
  /** `uncompressed` for topics of ours; `producer` keeps what foreign producers send, in whatever codec. */
  readonly compression: string;
  readonly maxMessageBytes: number;
}

/** What is asked of Kafka now and then, under the names that Kafka knows. */
export class KafkaAdmin {
  readonly #connection: KafkaConnection;
  readonly #clock: Clock;

  constructor(connection: KafkaConnection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /** Fails unless a broker answers and takes the credentials. */
  async assertReachable(): Promise<void> {
    await this.#ask((admin) => admin.describeCluster());
  }

  async createTopics(specs: readonly TopicSpec[]): Promise<void> {
    if (specs.length === 0) return;
    await this.#ask(async (admin) => {
      await admin.createTopics({ topics: specs.map(toTopicConfig), waitForLeaders: false });
      for (const { name } of specs) await this.#waitForLeaders(admin, name);
    });
  }

  async describeTopic(name: string): Promise<KafkaTopicState> {
    return this.#ask(async (admin) => {
      const partitions = await knownPartitions(admin, name);
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: Object.values(CONFIG) }],
      });
      const entries = resources[0]?.configEntries ?? [];
      const read = (key: string) => entries.find((entry) => entry.configName === key)?.configValue ?? '';
      return {
        name,
        partitions: partitions.length,
        retentionMs: read(CONFIG.retention) === '-1' ? 'forever' : Number(read(CONFIG.retention)),
        compact: read(CONFIG.cleanup).split(',').includes('compact'),
        compression: read(CONFIG.compression),
        maxMessageBytes: Number(read(CONFIG.maxBytes)),
      };
    });
  }

  async partitions(topic: string): Promise<number> {
    return (await this.#ask((admin) => knownPartitions(admin, topic))).length;
  }

  async offsets(topic: string): Promise<readonly PartitionOffsets[]> {
    return this.#ask(async (admin) => {
      await knownPartitions(admin, topic);
      const found = await admin.fetchTopicOffsets(topic);
      return found
        .map(({ partition, low, high }) => ({ partition, earliest: Number(low), next: Number(high) }))
        .sort((a, b) => a.partition - b.partition);
    });
  }

  /** -1 where the group has no offset. */
  async committed(group: string, topic: string): Promise<readonly number[]> {
    return this.#ask(async (admin) => {
      const partitions = await knownPartitions(admin, topic);
      const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      const offsets = new Map(found?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
      return partitions.map((_, partition) => Math.max(-1, offsets.get(partition) ?? -1));
    });
  }

  /** The position as one offset for each partition, none before the first record that is still there. */
  async resolve(topic: string, position: Position): Promise<readonly number[]> {
    const ends = await this.offsets(topic);
    if (position === 'earliest') return ends.map((end) => end.earliest);
    if (position === 'latest') return ends.map((end) => end.next);
    const wanted = 'offsets' in position ? position.offsets : await this.#atTime(topic, position.timeMs);
    return ends.map(({ partition, earliest, next }) => {
      const offset = wanted[partition];
      if (offset !== undefined && offset <= next) return Math.max(offset, earliest);
      throw notThere(topic, partition, offset, next);
    });
  }

  async hasMembers(group: string): Promise<boolean> {
    const { groups } = await this.#ask((admin) => admin.describeGroups([group]));
    return groups.some(({ state }) => state !== 'Empty' && state !== 'Dead');
  }

  async deleteGroup(group: string): Promise<void> {
    await this.#ask((admin) => admin.deleteGroups([group]));
  }

  async #atTime(topic: string, timeMs: number): Promise<readonly number[]> {
    const found = await this.#ask((admin) => admin.fetchTopicOffsetsByTimestamp(topic, timeMs));
    const offsets: number[] = [];
    for (const { partition, offset } of found) offsets[partition] = Number(offset);
    return offsets;
  }

  /** Brokers learn of a new topic one after the other. */
  async #waitForLeaders(admin: Admin, topic: string): Promise<void> {
    const untilMs = this.#clock.monotonicMs() + ANSWER_TIMEOUT_MS;
    while (this.#clock.monotonicMs() < untilMs) {
      const partitions = await partitionsOf(admin, topic);
      if (partitions?.every(({ leader }) => leader >= 0)) return;
      await this.#clock.sleep(50);
    }
  }

  /** A client for each question: nothing stale, and nothing that is connected while nobody asks. */
  async #ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const { brokers } = this.#connection;
    const admin = newKafkaClient(this.#connection, { requestTimeoutMs: 5_000, retries: 2 }).admin();
    const answer = admin.connect().then(() => question(admin));
    try {
      return await within(this.#clock, ANSWER_TIMEOUT_MS, answer, () => {
        throw noAnswer(brokers);
      });
    } catch (error) {
      throw kafkaFailure(error, brokers);
    } finally {
      void admin.disconnect().catch(() => {});
    }
  }
}

const ANSWER_TIMEOUT_MS = 15_000;

const CONFIG = {
  retention: 'retention.ms',
  cleanup: 'cleanup.policy',
  compression: 'compression.type',
  maxBytes: 'max.message.bytes',
} as const;

function toTopicConfig(spec: TopicSpec): ITopicConfig {
  const config: Record<string, string> = {
    [CONFIG.retention]: spec.retentionMs === 'forever' ? '-1' : String(spec.retentionMs),
    [CONFIG.cleanup]: spec.compact ? 'compact' : 'delete',
    // What foreign producers compress is stored as it is when it is read: its size is known before it is
    // accepted, and no reader needs a codec.
    [CONFIG.compression]: 'uncompressed',
    [CONFIG.maxBytes]: String(maxMessageBytes(spec.maxRecordBytes)),
    // One clock, the broker's, for where a time is in the log.
    'message.timestamp.type': 'LogAppendTime',
    ...(spec.compact && COMPACT_SOON),
    ...((spec.replicationFactor ?? 1) > 2 && { 'min.insync.replicas': '2' }),
  };
  return {
    topic: spec.name,
    numPartitions: spec.partitions,
    replicationFactor: spec.replicationFactor ?? -1,
    configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
  };
}

/** Whoever reads from the beginning reads what is not compacted yet; the segment in use never is. */
const COMPACT_SOON = { 'segment.ms': '600000', 'min.cleanable.dirty.ratio': '0.1' };

type Partitions = Awaited<ReturnType<Admin['fetchTopicMetadata']>>['topics'][number]['partitions'];

async function partitionsOf(admin: Admin, topic: string): Promise<Partitions | undefined> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics.find(({ name }) => name === topic)?.partitions;
  } catch (error) {
    if (protocolErrorOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return undefined;
    throw error;
  }
}

async function knownPartitions(admin: Admin, topic: string): Promise<Partitions> {
  const partitions = await partitionsOf(admin, topic);
  if (partitions === undefined) throw unknownTopic(topic);
  return partitions;
}

function notThere(topic: string, partition: number, offset: number | undefined, next: number): BelayError {
  return new BelayError('invalid', `there is no such position in ${topic}`, {
    code: 'INVALID_POSITION',
    field: `offsets[${partition}]`,
    why: offset === undefined ? 'it is missing' : `${offset} lies behind the end, ${next}`,
  });
}

function noAnswer(brokers: readonly string[]): BelayError {
  return new BelayError('unavailable', `Kafka does not answer (${brokers.join(', ')})`, {
    code: 'BUS_UNAVAILABLE',
    why: `nothing came within ${ANSWER_TIMEOUT_MS / 1_000} s`,
    next: 'look whether the brokers run and can be reached from here',
  });
}
