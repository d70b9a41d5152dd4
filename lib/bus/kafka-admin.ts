import kafkajs, { type Admin } from 'kafkajs';
import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type { PartitionOffsets, Position, TopicSpec } from './bus.ts';
import { type KafkaConnection, newKafkaClient } from './kafka-client.ts';
import { patiently, within } from './kafka-deadline.ts';
import { kafkaFailure, protocolErrorOf, unknownTopic } from './kafka-errors.ts';
import { type KafkaTopicState, TOPIC_SETTINGS, toTopicConfig, toTopicState } from './kafka-topic-config.ts';

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
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: [...TOPIC_SETTINGS] }],
      });
      const settings = resources[0]?.configEntries.map((e): [string, string] => [
        e.configName,
        e.configValue,
      ]);
      return toTopicState(name, partitions.length, new Map(settings));
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

  /**
   * Metadata names leaders that do not know of it yet. A send that reaches one of them is repeated, and what
   * went to the other partitions is there twice.
   */
  async #waitForLeaders(admin: Admin, topic: string): Promise<void> {
    const untilMs = this.#clock.monotonicMs() + LEADERS_TIMEOUT_MS;
    for (;;) {
      try {
        await admin.fetchTopicOffsets(topic);
        return;
      } catch (error) {
        if (this.#clock.monotonicMs() > untilMs) throw error;
        await this.#clock.sleep(50);
      }
    }
  }

  #ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    return patiently(this.#clock, PATIENCE_MS, () => this.#askOnce(question));
  }

  /** A client for each question: nothing stale, and nothing that is connected while nobody asks. */
  async #askOnce<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
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
const LEADERS_TIMEOUT_MS = 10_000;
/** For a broker that is just being restarted. */
const PATIENCE_MS = 3_000;

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
