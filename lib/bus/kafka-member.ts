import type { Consumer, ConsumerConfig, EachBatchPayload, IMemberAssignment } from 'kafkajs';
import { backoffMs } from '#lib/backoff.ts';
import type { Clock } from '#lib/clock.ts';
import type { BelayError } from '#lib/errors.ts';
import { type KafkaConnection, newKafkaClient } from './kafka-client.ts';
import { patiently, within } from './kafka-deadline.ts';
import type { KafkaAdmin } from './kafka-admin.ts';
import { kafkaFailure, mayPass, unknownTopic } from './kafka-errors.ts';

/** What every reader needs. */
export interface ReaderDeps {
  readonly connection: KafkaConnection;
  readonly admin: KafkaAdmin;
  readonly clock: Clock;
  readonly prefix: string;
}

export interface MemberOptions extends Pick<ReaderDeps, 'connection' | 'clock'> {
  /** Asked for each life. */
  readonly group: () => string;
  /** As Kafka knows them. */
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
  readonly concurrency: number;
  /** Each time it gets partitions, before the first is read: the moment to seek. */
  readonly onJoin: (assignment: IMemberAssignment, consumer: Consumer) => void;
  /** The broker has heard of this member. */
  readonly onAlive: () => void;
  readonly onBatch: (payload: EachBatchPayload) => Promise<void>;
  /** What no batch shows, markers of transactions for one, has been passed over up to this offset. */
  readonly onSkipped?: (partition: number, lastOffset: number) => void;
  /** It has left the group and does not come back. */
  readonly onDead: (error: BelayError) => void;
}

/**
 * A member of a consumer group that outlives its brokers. kafkajs can restart a consumer itself, but a stop
 * between two of its lives leaves one running, and some failures that pass are final to it, such as a
 * coordinator that is away for a moment. So each life is a client of its own, and here is decided what follows.
 */
export class KafkaMember {
  readonly #options: MemberOptions;
  readonly #ending = new AbortController();
  #consumer: Consumer | undefined;
  #starting: Promise<void> | undefined;
  #left: Promise<void> | undefined;
  #restarts = 0;

  constructor(options: MemberOptions) {
    this.#options = options;
  }

  /** Returns when it is in the group. */
  async join(): Promise<void> {
    try {
      await patiently(this.#options.clock, JOIN_PATIENCE_MS, () => this.#live());
    } catch (error) {
      this.#ending.abort();
      throw error;
    }
  }

  get consumer(): Consumer | undefined {
    return this.#consumer;
  }

  get isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  /** Begins nothing more, waits for the batches in hand up to the limit, and leaves its partitions to others. */
  leave(limitMs: number): Promise<void> {
    this.#ending.abort();
    this.#left ??= within(this.#options.clock, limitMs, this.#leave(), () => {});
    return this.#left;
  }

  /** For what can never work. A batch that calls it must not wait for it. */
  async die(error: BelayError): Promise<void> {
    const { connection, onDead } = this.#options;
    connection.log({ level: 'error', message: 'the consumer ends', fields: { reason: error.message } });
    if (this.isEnding) return;
    await this.leave(LEAVE_TO_DIE_MS);
    onDead(error);
  }

  async #leave(): Promise<void> {
    await this.#starting?.catch(() => {});
    await this.#consumer?.disconnect().catch(() => {});
  }

  #live(): Promise<void> {
    this.#starting = this.#start();
    return this.#starting;
  }

  async #start(): Promise<void> {
    const { topics, concurrency, onBatch } = this.#options;
    const consumer = this.#newConsumer();
    const crash = Promise.withResolvers<never>();
    consumer.on('consumer.crash', ({ payload }) => crash.reject(payload.error));
    // Looked at below; until then it must not count as unhandled.
    crash.promise.catch(() => {});
    this.#consumer = consumer;
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: concurrency,
        eachBatch: onBatch,
      });
      // It also returns when the group could not be joined.
      await Promise.race([crash.promise, Promise.resolve()]);
    } catch (error) {
      void consumer.disconnect().catch(() => {});
      throw this.#failureOf(error);
    }
    crash.promise.catch((error: unknown) => this.#revive(error));
  }

  async #revive(error: unknown): Promise<void> {
    const { connection, clock, topics } = this.#options;
    let failure = this.#failureOf(error);
    for (let attempt = 1; !this.isEnding; attempt += 1) {
      if (!mayPass(failure)) return this.die(failure);
      this.#restarts += 1;
      const fields = { topics, restarts: this.#restarts, reason: failure.why };
      connection.log({ level: 'warn', message: 'the consumer starts again', fields });
      await clock.sleep(backoffMs(attempt, 200), this.#ending.signal);
      if (this.isEnding) return;
      try {
        return await this.#live();
      } catch (again) {
        failure = this.#failureOf(again);
      }
    }
  }

  #newConsumer(): Consumer {
    const { connection, group, sessionTimeoutMs, onJoin, onAlive, onSkipped } = this.#options;
    const consumer = newKafkaClient(connection, PATIENCE).consumer({
      ...membership(group(), sessionTimeoutMs),
      ...FETCH,
      allowAutoTopicCreation: false,
      retry: { restartOnFailure: async () => false },
    });
    consumer.on('consumer.group_join', ({ payload }) => onJoin(payload.memberAssignment, consumer));
    consumer.on('consumer.heartbeat', onAlive);
    consumer.on('consumer.end_batch_process', ({ payload: { partition, lastOffset, batchSize } }) => {
      if (batchSize === 0) onSkipped?.(partition, Number(lastOffset));
    });
    return consumer;
  }

  #failureOf(error: unknown): BelayError {
    const failure = kafkaFailure(error, this.#options.connection.brokers);
    return failure.code === 'UNKNOWN_TOPIC' ? unknownTopic(...this.#options.topics) : failure;
  }
}

const JOIN_PATIENCE_MS = 15_000;
const LEAVE_TO_DIE_MS = 10_000;

/** Some 6 s of retries: a broker that is back by then still knows the member, and nobody waits for its session. */
const PATIENCE = { requestTimeoutMs: 10_000, retries: 8 };

/** The broker answers a fetch at the first byte; the wait is how long an idle member may take to stop. */
const FETCH = { minBytes: 1, maxWaitTimeInMs: 250, maxBytesPerPartition: 1_048_576, maxBytes: 8_388_608 };

function membership(groupId: string, sessionTimeout: number): ConsumerConfig {
  return {
    groupId,
    sessionTimeout,
    // Members learn of a rebalance by their heartbeats.
    heartbeatInterval: Math.min(1_000, Math.floor(sessionTimeout / 4)),
    // How long the others wait for the batch in hand of one that heartbeats but does not come.
    rebalanceTimeout: 2 * sessionTimeout,
  };
}
