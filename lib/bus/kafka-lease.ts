import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { backoffMs } from '#lib/backoff.ts';
import type { Clock } from '#lib/clock.ts';
import type { Batch, BusRecord } from './bus.ts';
import { protocolErrorOf } from './kafka-errors.ts';

export interface LeaseOptions {
  readonly payload: EachBatchPayload;
  readonly clock: Clock;
  /** The partition has been dealt out anew, or nobody waits for its batch any longer. */
  readonly isOver: () => boolean;
  /** The broker has not heard of this member for so long that it may have given the partition away. */
  readonly isExpired: () => boolean;
  readonly onAlive: () => void;
}

/**
 * The right to what was fetched of a partition. Nothing here ever throws at a handler because of a rebalance:
 * for kafkajs that would be the end of the consumer. What it must know comes out of `reason` afterwards.
 */
export class KafkaLease {
  readonly #options: LeaseOptions;
  /** Why the group has to be joined again. */
  reason: Error | undefined;
  #isFenced = false;
  #committed = -1;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  isStale(): boolean {
    return this.reason !== undefined || this.#options.isOver() || this.#options.isExpired();
  }

  batch(topic: string, records: readonly BusRecord[]): Batch {
    return {
      topic,
      partition: this.#options.payload.batch.partition,
      records,
      isStale: () => this.isStale(),
      heartbeat: () => this.heartbeat(),
      commit: (nextOffset) => this.commit(nextOffset),
    };
  }

  /** The next fetch begins behind these. */
  advance(handled: readonly KafkaMessage[]): void {
    const last = handled.at(-1);
    if (last) this.#options.payload.resolveOffset(last.offset);
  }

  async heartbeat(): Promise<void> {
    if (this.isStale()) return;
    try {
      await this.#options.payload.heartbeat();
    } catch (error) {
      this.#note(error);
    }
  }

  /**
   * While a group prepares to rebalance, the broker waits for this member and still takes its commits, so a
   * stale batch may try. Not once a new generation has begun: the broker would believe the commit, and the
   * partition may be somebody else's. A broker that is away may be back before the session is over.
   */
  async commit(nextOffset: number): Promise<void> {
    const { clock, isOver, onAlive } = this.#options;
    for (let attempt = 1; nextOffset > this.#committed && !this.#isFenced && !isOver(); attempt += 1) {
      try {
        await this.#commit(nextOffset);
        this.#committed = Math.max(this.#committed, nextOffset);
        return onAlive();
      } catch (error) {
        this.#note(error);
        this.#isFenced ||= this.isStale();
        if (!this.#isFenced) await clock.sleep(backoffMs(attempt));
      }
    }
  }

  async #commit(nextOffset: number): Promise<void> {
    const { payload } = this.#options;
    const { topic, partition } = payload.batch;
    const partitions = [{ partition, offset: String(nextOffset) }];
    await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
  }

  #note(error: unknown): void {
    if (error instanceof Error && JOIN_AGAIN.has(protocolErrorOf(error) ?? '')) this.reason ??= error;
  }
}

/** kafkajs joins the group again when a batch throws one of these. */
const JOIN_AGAIN = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
]);
