import kafkajs, { type Consumer, type EachBatchPayload, type IMemberAssignment } from 'kafkajs';
import type { BelayError } from '#lib/errors.ts';
import type { Batch, ConsumeOptions, Consumption } from './bus.ts';
import { handlerFailed, logReplaced } from './kafka-errors.ts';
import { KafkaLease } from './kafka-lease.ts';
import { KafkaMember, type ReaderDeps } from './kafka-member.ts';
import { toBusRecord } from './kafka-records.ts';
import type { KafkaStarts } from './kafka-starts.ts';

/** A member of a group that hands each batch of kafkajs on in pieces of bounded size. */
export class KafkaConsumption implements Consumption {
  readonly #options: ConsumeOptions;
  readonly #deps: ReaderDeps;
  readonly #member: KafkaMember;
  readonly #starts: KafkaStarts;
  readonly #sessionTimeoutMs: number;
  #assigned: Record<string, number[]> = {};
  #generation = 0;
  #aliveAtMs = 0;
  #isOver = false;
  /** The end of what was read, for each partition. */
  readonly #seen = new Map<string, number>();

  constructor(options: ConsumeOptions, deps: ReaderDeps, starts: KafkaStarts) {
    this.#options = options;
    this.#deps = deps;
    this.#starts = starts;
    this.#sessionTimeoutMs = options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS;
    this.#member = new KafkaMember({
      connection: deps.connection,
      clock: deps.clock,
      group: () => deps.prefix + options.group,
      topics: options.topics.map((topic) => deps.prefix + topic),
      sessionTimeoutMs: this.#sessionTimeoutMs,
      concurrency: options.concurrency ?? 1,
      onJoin: (assignment, consumer) => this.#joined(assignment, consumer),
      onAlive: () => this.#alive(),
      onBatch: (payload) => this.#handle(payload),
      onDead: (error) => {
        this.#isOver = true;
        options.onCrash(error);
      },
    });
  }

  async start(): Promise<void> {
    await this.#member.join();
    await this.#starts.pin(this.#member.consumer);
  }

  assigned(): Readonly<Record<string, readonly number[]>> {
    return this.#assigned;
  }

  async stop(): Promise<void> {
    await this.#member.leave(DRAIN_MS);
    // Whoever is still at work has been left behind.
    this.#isOver = true;
    this.#assigned = {};
  }

  #joined(assignment: IMemberAssignment, consumer: Consumer): void {
    this.#generation += 1;
    this.#alive();
    const { prefix } = this.#deps;
    this.#assigned = Object.fromEntries(
      Object.entries(assignment).map(([topic, partitions]) => [
        topic.slice(prefix.length),
        partitions.toSorted((a, b) => a - b),
      ]),
    );
    this.#starts.apply(assignment, consumer);
  }

  #alive(): void {
    this.#aliveAtMs = this.#deps.clock.monotonicMs();
  }

  async #handle(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const topic = batch.topic.slice(this.#deps.prefix.length);
    this.#assertGrown(topic, batch);
    const lease = this.#lease(payload);
    for (const messages of piecesOf(batch.messages, this.#options.maxBatchRecords ?? MAX_BATCH_RECORDS)) {
      if (this.#member.isEnding || lease.isStale()) break;
      const records = messages.map((message) => toBusRecord(topic, batch.partition, message));
      await this.#hand(lease.batch(topic, records));
      if (lease.isStale()) break;
      lease.advance(messages);
      await lease.heartbeat();
    }
    // kafkajs joins again, and goes on from what is committed.
    if (lease.reason !== undefined) throw lease.reason;
  }

  async #hand(batch: Batch): Promise<void> {
    try {
      await this.#options.onBatch(batch);
    } catch (error) {
      throw this.#fail(handlerFailed(batch.topic, error));
    }
  }

  /** kafkajs begins a log that has become shorter from its beginning, and says nothing. */
  #assertGrown(topic: string, batch: EachBatchPayload['batch']): void {
    const { partition, highWatermark } = batch;
    const seen = this.#seen.get(`${topic}/${partition}`) ?? 0;
    if (Number(highWatermark) < seen) throw this.#fail(logReplaced(topic, partition));
    this.#seen.set(`${topic}/${partition}`, Number(batch.lastOffset()) + 1);
  }

  /** Of any other error kafkajs hands the same batch over again. */
  #fail(failure: BelayError): Error {
    void this.#member.die(failure);
    return new kafkajs.KafkaJSNonRetriableError(failure);
  }

  #lease(payload: EachBatchPayload): KafkaLease {
    const { clock } = this.#deps;
    const generation = this.#generation;
    return new KafkaLease({
      payload,
      clock,
      isOver: () => this.#isOver || generation !== this.#generation,
      isExpired: () => clock.monotonicMs() - this.#aliveAtMs > this.#sessionTimeoutMs,
      onAlive: () => this.#alive(),
    });
  }
}

const SESSION_TIMEOUT_MS = 30_000;
const MAX_BATCH_RECORDS = 500;
const DRAIN_MS = 15_000;

function* piecesOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
