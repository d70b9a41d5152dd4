import { setImmediate } from 'node:timers/promises';
import { BelayError, messageOf } from '#lib/errors.ts';
import type { Following, FollowOptions } from './bus.ts';
import type { SqliteLog } from './sqlite-log.ts';
import type { Partition, Topic } from './sqlite-topics.ts';

/** Hands over every record of a topic, from the given offsets on, until it is stopped. */
export class SqliteFollower implements Following {
  readonly caughtUp: Promise<void>;
  readonly #log: SqliteLog;
  readonly #topic: Topic;
  readonly #options: FollowOptions;
  readonly #cursors: Map<Partition, number>;
  readonly #goals: ReadonlyMap<Partition, number>;
  readonly #caughtUp = Promise.withResolvers<void>();
  readonly #ended: Promise<void>;
  #bell = Promise.withResolvers<void>();
  #stopping = false;

  constructor(log: SqliteLog, options: FollowOptions, offsets: readonly number[]) {
    this.#log = log;
    this.#options = options;
    this.#topic = log.topic(options.topic);
    this.#cursors = new Map(this.#topic.partitions.map((p, i) => [p, offsets[i] ?? 0]));
    this.#goals = new Map(this.#topic.partitions.map((p) => [p, p.nextOffset]));
    this.caughtUp = this.#caughtUp.promise;
    // Whoever waits for it hears of it; whoever does not must not end the process.
    this.caughtUp.catch(() => {});
    this.#topic.onAppend.add(this.#ring);
    this.#ended = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#ring();
    await this.#ended;
  }

  readonly #ring = (): void => this.#bell.resolve();

  async #run(): Promise<void> {
    try {
      while (!this.#stopping) {
        this.#bell = Promise.withResolvers();
        const handedOver = await this.#handOver();
        if (this.#isCaughtUp()) this.#caughtUp.resolve();
        await (handedOver ? setImmediate() : this.#bell.promise);
      }
      this.#caughtUp.reject(stoppedEarly(this.#topic.name));
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(messageOf(thrown));
      this.#caughtUp.reject(error);
      this.#options.onCrash(error);
    } finally {
      this.#topic.onAppend.delete(this.#ring);
    }
  }

  /** A round over all partitions; false when there was nothing new in any. */
  async #handOver(): Promise<boolean> {
    let any = false;
    for (const [partition, cursor] of this.#cursors) {
      if (this.#stopping) return any;
      const { nextOffset } = partition;
      if (cursor >= nextOffset) continue;
      const records = this.#log.read(partition, cursor, RECORDS_AT_ONCE);
      const last = records.at(-1);
      if (last) await this.#options.onRecords(records);
      this.#cursors.set(partition, last ? last.offset + 1 : nextOffset);
      any = true;
    }
    return any;
  }

  #isCaughtUp(): boolean {
    return [...this.#goals].every(([partition, goal]) => (this.#cursors.get(partition) ?? 0) >= goal);
  }
}

function stoppedEarly(topic: string): BelayError {
  return new BelayError('unavailable', `stopped before all of ${topic} was read`, { code: 'STOPPED' });
}

const RECORDS_AT_ONCE = 500;
