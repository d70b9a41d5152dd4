import type { ICustomPartitioner, Message, Producer } from 'kafkajs';
import { BelayError } from '#lib/errors.ts';
import type { OutgoingRecord } from './bus.ts';
import { type KafkaConnection, newKafkaClient } from './kafka-client.ts';
import { kafkaFailure } from './kafka-errors.ts';
import type { KafkaTopics } from './kafka-topics.ts';
import { partitionOf } from './partitioner.ts';

export interface SenderOptions {
  readonly connection: KafkaConnection;
  readonly topics: KafkaTopics;
  /** How long one request may take. */
  readonly requestTimeoutMs: number;
}

/**
 * Sends records once and says what came of it. The producer is not the idempotent one, and kafkajs makes one
 * attempt only: its own retries forget partitions whose leader has moved meanwhile (docs/adr).
 */
export class KafkaSender {
  readonly #options: SenderOptions;
  #producer: Producer | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** From `onWrite` on, some of it may be in the log whatever comes back. Rejects with a BelayError. */
  async send(records: readonly OutgoingRecord[], onWrite: () => void): Promise<void> {
    const { topics, requestTimeoutMs } = this.#options;
    try {
      await topics.learn(records);
      const producer = (this.#producer ??= await this.#connect());
      onWrite();
      const topicMessages = this.#byTopic(records);
      // The broker gives up before we do: then it says so, and the connection stays.
      const timeout = Math.floor(requestTimeoutMs * 0.8);
      await producer.sendBatch({ acks: -1, timeout, topicMessages });
    } catch (error) {
      throw this.#failed(error, records);
    }
  }

  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.disconnect().catch(() => {});
  }

  #failed(error: unknown, records: readonly OutgoingRecord[]): BelayError {
    const failure = kafkaFailure(error, this.#options.connection.brokers);
    if (failure.kind === 'invalid') return failure;
    // A new connection gets round a broker that hangs, and a new client forgets a topic that is gone.
    void this.close();
    if (failure.code !== 'UNKNOWN_TOPIC' || failure === error) return failure;
    // Said by a broker that may not have heard of it yet: the next attempt looks it up.
    this.#options.topics.forget(records);
    return new BelayError('unavailable', failure.message, { code: 'BUS_UNAVAILABLE', cause: error });
  }

  async #connect(): Promise<Producer> {
    const { connection, requestTimeoutMs } = this.#options;
    const client = newKafkaClient(connection, { requestTimeoutMs, retries: connection.brokers.length - 1 });
    const producer = client.producer({
      createPartitioner: kafkaPartitioner,
      allowAutoTopicCreation: false,
      retry: { retries: 0 },
    });
    try {
      await producer.connect();
      return producer;
    } catch (error) {
      void producer.disconnect().catch(() => {});
      throw error;
    }
  }

  #byTopic(records: readonly OutgoingRecord[]) {
    const byTopic = new Map<string, Message[]>();
    for (const record of records) {
      const messages = byTopic.get(record.topic);
      if (messages) messages.push(record);
      else byTopic.set(record.topic, [record]);
    }
    const { topics } = this.#options;
    return Array.from(byTopic, ([topic, messages]) => ({ topic: topics.wireName(topic), messages }));
  }
}

/** That of Kafka's own clients, as kafkajs has it too, at a tenth of the time. */
const kafkaPartitioner: ICustomPartitioner =
  () =>
  ({ partitionMetadata, message: { key } }) =>
    partitionOf(Buffer.isBuffer(key) ? key : Buffer.from(key ?? ''), partitionMetadata.length);
