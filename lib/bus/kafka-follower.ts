import { randomUUID } from 'node:crypto';
import kafkajs, { type Consumer, type EachBatchPayload } from 'kafkajs';
import { BelayError } from '#lib/errors.ts';
import type { Following, FollowOptions } from './bus.ts';
import { handlerFailed, logReplaced } from './kafka-errors.ts';
import { KafkaMember, type ReaderDeps } from './kafka-member.ts';
import { toBusRecord } from './kafka-records.ts';

/**
 * kafkajs reads only as a member of a group. So this is the one member of a group nobody else knows, which
 * commits nothing; where it is, it knows itself, and seeks there whenever it gets its partitions anew. Each
 * life has a new group: in the old one it would wait until the broker takes its former self for dead.
 */
export class KafkaFollowing implements Following {
  readonly #options: FollowOptions;
  readonly #deps: ReaderDeps;
  readonly #member: KafkaMember;
  /** What was in the log when following began. */
  readonly #ends: readonly number[];
  readonly #next: number[];
  readonly #caughtUp = Promise.withResolvers<void>();
  #group = '';
  #stopped: Promise<void> | undefined;

  constructor(options: FollowOptions, deps: ReaderDeps, starts: readonly number[], ends: readonly number[]) {
    this.#options = options;
    this.#deps = deps;
    this.#ends = ends;
    this.#next = [...starts];
    const topic = deps.prefix + options.topic;
    this.#member = new KafkaMember({
      connection: deps.connection,
      clock: deps.clock,
      group: () => (this.#group = `${deps.prefix}follow-${deps.connection.clientId}-${randomUUID()}`),
      topics: [topic],
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      concurrency: 1,
      onJoin: (_assignment, consumer) => this.#seek(topic, consumer),
      onAlive: () => {},
      onBatch: (payload) => this.#handle(payload),
      onSkipped: (partition, lastOffset) => this.#advance(partition, lastOffset),
      onDead: (error) => this.#dead(error),
    });
    // Not everybody waits for it.
    this.#caughtUp.promise.catch(() => {});
  }

  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  async start(): Promise<void> {
    this.#settleIfThere();
    await this.#member.join();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    await this.#member.leave(DRAIN_MS);
    this.#caughtUp.reject(stopped(this.#options.topic));
    await this.#deps.admin.deleteGroup(this.#group).catch(() => {});
  }

  #seek(topic: string, consumer: Consumer): void {
    for (const [partition, next] of this.#next.entries()) {
      consumer.seek({ topic, partition, offset: String(next) });
    }
  }

  async #handle(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { topic, onRecords } = this.#options;
    const next = this.#next[batch.partition] ?? 0;
    if (Number(batch.highWatermark) < next) throw this.#fail(logReplaced(topic, batch.partition));
    const records = batch.messages
      .filter(({ offset }) => Number(offset) >= next)
      .map((message) => toBusRecord(topic, batch.partition, message));
    if (this.#member.isEnding) return;
    const beat = setInterval(() => void payload.heartbeat().catch(() => {}), SESSION_TIMEOUT_MS / 10);
    try {
      if (records.length > 0) await onRecords(records);
    } catch (error) {
      throw this.#fail(handlerFailed(topic, error));
    } finally {
      clearInterval(beat);
    }
    payload.resolveOffset(batch.lastOffset());
    this.#advance(batch.partition, Number(batch.lastOffset()));
  }

  #advance(partition: number, lastOffset: number): void {
    this.#next[partition] = Math.max(lastOffset + 1, this.#next[partition] ?? 0);
    this.#settleIfThere();
  }

  #settleIfThere(): void {
    if (this.#ends.every((end, partition) => (this.#next[partition] ?? 0) >= end)) this.#caughtUp.resolve();
  }

  /** What kafkajs takes for final. */
  #fail(error: BelayError): Error {
    void this.#member.die(error);
    return new kafkajs.KafkaJSNonRetriableError(error);
  }

  #dead(error: BelayError): void {
    this.#caughtUp.reject(error);
    this.#options.onCrash(error);
  }
}

const SESSION_TIMEOUT_MS = 30_000;
const DRAIN_MS = 10_000;

function stopped(topic: string): BelayError {
  return new BelayError('unavailable', `following ${topic} was stopped before its end was reached`, {
    code: 'FOLLOWING_STOPPED',
  });
}
