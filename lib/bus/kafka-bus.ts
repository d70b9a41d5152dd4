import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type * as port from './bus.ts';
import { KafkaAdmin } from './kafka-admin.ts';
import type { KafkaConnection, KafkaLog } from './kafka-client.ts';
import { KafkaConsumption } from './kafka-consumer.ts';
import { within } from './kafka-deadline.ts';
import { KafkaFollowing } from './kafka-follower.ts';
import type { ReaderDeps } from './kafka-member.ts';
import { KafkaPublisher } from './kafka-publisher.ts';
import { seekGroup } from './kafka-seek.ts';
import { KafkaSender } from './kafka-sender.ts';
import { startsOf } from './kafka-starts.ts';
import type { KafkaTopicState } from './kafka-topic-config.ts';
import { KafkaTopics } from './kafka-topics.ts';

export interface KafkaBusOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Before the name of every topic and every group; records carry the name without it. */
  readonly topicPrefix?: string;
  readonly tls?: KafkaConnection['tls'];
  readonly sasl?: KafkaConnection['sasl'];
  readonly clock: Clock;
  /** What kafkajs has to say; without it, nothing. */
  readonly log?: KafkaLog;
  /** [10 s] from publish to its answer. */
  readonly publishTimeoutMs?: number;
}

/** Rejects when no broker answers, or when they refuse the credentials. */
export async function openKafkaBus(options: KafkaBusOptions): Promise<KafkaBus> {
  const bus = new KafkaBus(options);
  await bus.assertReachable();
  return bus;
}

/** Puts the prefix before the names, and hands each request to the part that knows about it. */
export class KafkaBus implements port.Bus {
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #connection: KafkaConnection;
  readonly #admin: KafkaAdmin;
  readonly #sender: KafkaSender;
  readonly #publisher: KafkaPublisher;
  readonly #readers = new Set<{ stop(): Promise<void> }>();

  constructor({ brokers, clientId, topicPrefix = '', tls, sasl, clock, log, ...rest }: KafkaBusOptions) {
    const publishTimeoutMs = rest.publishTimeoutMs ?? 10_000;
    this.#clock = clock;
    this.#prefix = topicPrefix;
    this.#connection = { brokers, clientId, tls, sasl, log: log ?? (() => {}) };
    this.#admin = new KafkaAdmin(this.#connection, clock);
    const topics = new KafkaTopics(this.#admin, topicPrefix);
    // Half of the time: a broker that hangs is asked once more, over a new connection.
    const requestTimeoutMs = Math.floor(publishTimeoutMs / 2);
    this.#sender = new KafkaSender({ connection: this.#connection, topics, requestTimeoutMs });
    this.#publisher = new KafkaPublisher({ sender: this.#sender, topics, brokers, clock, publishTimeoutMs });
  }

  assertReachable(): Promise<void> {
    return this.#admin.assertReachable();
  }

  publish(records: readonly port.OutgoingRecord[]): Promise<void> {
    return this.#publisher.publish(records);
  }

  async consume(options: port.ConsumeOptions): Promise<port.Consumption> {
    // For an answer that names the topic.
    await Promise.all(options.topics.map((topic) => this.#admin.partitions(this.#prefix + topic)));
    const starts = await startsOf(options, this.#admin, this.#prefix);
    const consumption = new KafkaConsumption(options, this.#reading, starts);
    await consumption.start();
    const stop = this.#keep(consumption);
    return { assigned: () => consumption.assigned(), stop };
  }

  async follow(options: port.FollowOptions): Promise<port.Following> {
    const topic = this.#prefix + options.topic;
    const ends = (await this.#admin.offsets(topic)).map(({ next }) => next);
    const starts = await this.#admin.resolve(topic, options.from);
    const following = new KafkaFollowing(options, this.#reading, starts, ends);
    await following.start();
    const stop = this.#keep(following);
    return { caughtUp: following.caughtUp, stop };
  }

  async seek(group: string, topic: string, position: port.Position): Promise<void> {
    const offsets = await this.#admin.resolve(this.#prefix + topic, position);
    await seekGroup(this.#prefix + group, this.#prefix + topic, offsets, this.#reading);
  }

  committed(group: string, topic: string): Promise<readonly number[]> {
    return this.#admin.committed(this.#prefix + group, this.#prefix + topic);
  }

  offsets(topic: string): Promise<readonly port.PartitionOffsets[]> {
    return this.#admin.offsets(this.#prefix + topic);
  }

  async createTopics(specs: readonly port.TopicSpec[]): Promise<void> {
    await this.#admin.createTopics(specs.map((spec) => ({ ...spec, name: this.#prefix + spec.name })));
  }

  async describeTopic(name: string): Promise<KafkaTopicState | undefined> {
    try {
      return { ...(await this.#admin.describeTopic(this.#prefix + name)), name };
    } catch (error) {
      if (error instanceof BelayError && error.code === 'UNKNOWN_TOPIC') return undefined;
      throw error;
    }
  }

  /** Readers first: what their handlers still publish gets through. */
  async close(): Promise<void> {
    await Promise.all([...this.#readers].map((reader) => reader.stop()));
    await this.#publisher.close();
    await within(this.#clock, CLOSE_TIMEOUT_MS, this.#sender.close(), () => {});
  }

  get #reading(): ReaderDeps {
    return { connection: this.#connection, admin: this.#admin, clock: this.#clock, prefix: this.#prefix };
  }

  /** Closed with the bus, unless it stops before: whoever reads often must not leave what was read behind. */
  #keep(reader: { stop(): Promise<void> }): () => Promise<void> {
    this.#readers.add(reader);
    return async () => {
      await reader.stop();
      this.#readers.delete(reader);
    };
  }
}

const CLOSE_TIMEOUT_MS = 2_000;
