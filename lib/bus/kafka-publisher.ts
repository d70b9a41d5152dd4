import { backoffMs } from '#lib/backoff.ts';
import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type { OutgoingRecord } from './bus.ts';
import { kafkaFailure } from './kafka-errors.ts';
import { type Portion, PublishCall, SendRoom } from './kafka-publish-queue.ts';
import { assertHasKey, maxRecordBytes, wireBytes } from './kafka-records.ts';
import type { KafkaSender } from './kafka-sender.ts';
import type { KafkaTopics } from './kafka-topics.ts';

export interface PublisherOptions {
  readonly sender: Pick<KafkaSender, 'send'>;
  readonly topics: Pick<KafkaTopics, 'knows' | 'learn' | 'maxMessageBytes'>;
  readonly brokers: readonly string[];
  readonly clock: Clock;
  /** From the call to its answer. */
  readonly publishTimeoutMs: number;
}

/**
 * One send at a time; what arrives meanwhile goes with the next. So the log has the records of a key in the
 * order of the calls, and a record that is sent again after a lost answer stands behind its first copy, never
 * before a predecessor.
 */
export class KafkaPublisher {
  readonly #options: PublisherOptions;
  readonly #unsent: PublishCall[] = [];
  /** Calls without an answer, in the order of their deadlines. */
  readonly #waiting = new Set<PublishCall>();
  readonly #closed = new AbortController();
  #closing = false;
  #isSending = false;
  #isWatching = false;
  #lastFailure: BelayError | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  async publish(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.#closing) throw new BelayError('unavailable', 'the bus is closed', { code: 'BUS_CLOSED' });
    for (const record of records) assertHasKey(record);
    if (records.length === 0) return;
    const { clock, publishTimeoutMs } = this.#options;
    const call = new PublishCall(records, clock.monotonicMs() + publishTimeoutMs);
    this.#unsent.push(call);
    this.#waiting.add(call);
    if (!this.#isSending) void this.#sendAll();
    if (!this.#isWatching) void this.#failOverdue();
    try {
      await call.answer;
    } finally {
      this.#waiting.delete(call);
    }
  }

  /** What has been accepted is sent, or fails at its deadline. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.allSettled([...this.#waiting].map((call) => call.answer));
    this.#closed.abort();
  }

  /** The flag falls in the same turn in which nothing was left: whoever comes later starts it again. */
  async #sendAll(): Promise<void> {
    this.#isSending = true;
    // All calls of this turn of the event loop go together.
    await Promise.resolve();
    while (this.#unsent.length > 0) await this.#deliver(await this.#nextSend());
    this.#isSending = false;
  }

  async #nextSend(): Promise<Portion[]> {
    const room = new SendRoom((topic) => this.#options.topics.maxMessageBytes(topic));
    const portions: Portion[] = [];
    for (let call = this.#unsent[0]; call; call = this.#unsent[0]) {
      if (call.taken === 0) {
        // Looking up a topic may take long, and is no matter of those before.
        if (portions.length > 0 && !this.#options.topics.knows(call.records)) break;
        await this.#check(call);
      }
      if (!call.isSettled) {
        const portion = room.take(call);
        if (portion.records.length > 0) portions.push(portion);
        if (call.taken < call.records.length) break;
      }
      this.#unsent.shift();
    }
    return portions;
  }

  /** Before anything of the call is sent: its topics exist and its records fit. */
  async #check(call: PublishCall): Promise<void> {
    const { topics, brokers } = this.#options;
    for (let attempt = 1; !call.isSettled; attempt += 1) {
      try {
        await topics.learn(call.records);
        call.sizes = call.records.map((record) =>
          wireBytes(record, maxRecordBytes(topics.maxMessageBytes(record.topic))),
        );
        return;
      } catch (error) {
        await this.#failOrPause([call], kafkaFailure(error, brokers), attempt);
      }
    }
  }

  /** Returns when all of it is in the log, or its callers have another answer. */
  async #deliver(portions: readonly Portion[]): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const open = portions.filter(({ call }) => !call.isSettled);
      if (open.length === 0) return;
      const failure = await this.#attempt(open);
      this.#lastFailure = failure;
      if (!failure) return open.forEach(({ call, records }) => call.acknowledge(records.length));
      if (isFinal(failure) && open.length > 1) {
        // One of them is at fault; alone, it fails alone.
        for (const portion of open) await this.#deliver([portion]);
        return;
      }
      await this.#failOrPause(
        open.map(({ call }) => call),
        failure,
        attempt,
      );
    }
  }

  async #attempt(portions: readonly Portion[]): Promise<BelayError | undefined> {
    const { sender, brokers } = this.#options;
    const records = portions.flatMap((portion) => portion.records);
    try {
      await sender.send(records, () => portions.forEach(({ call }) => (call.mayBeWritten = true)));
      return undefined;
    } catch (error) {
      return kafkaFailure(error, brokers);
    }
  }

  async #failOrPause(calls: readonly PublishCall[], failure: BelayError, attempt: number): Promise<void> {
    if (isFinal(failure)) return calls.forEach((call) => call.fail(failure));
    this.#lastFailure = failure;
    await this.#options.clock.sleep(backoffMs(attempt, 50, 1_000), this.#closed.signal);
  }

  async #failOverdue(): Promise<void> {
    const { clock } = this.#options;
    this.#isWatching = true;
    for (let [first] = this.#waiting; first && !this.#closed.signal.aborted; [first] = this.#waiting) {
      const leftMs = first.deadlineMs - clock.monotonicMs();
      if (leftMs > 0) {
        await clock.sleep(leftMs, this.#closed.signal);
      } else {
        first.fail(this.#overdue(first));
        this.#waiting.delete(first);
      }
    }
    this.#isWatching = false;
  }

  #overdue({ mayBeWritten }: PublishCall): BelayError {
    const { brokers, publishTimeoutMs } = this.#options;
    const message = `Kafka acknowledged nothing within ${publishTimeoutMs} ms (${brokers.join(', ')})`;
    return new BelayError('unavailable', message, {
      code: mayBeWritten ? 'PUBLISH_UNCERTAIN' : 'BUS_UNAVAILABLE',
      why: mayBeWritten ? 'some or all of it may be in the log' : 'nothing of it has been sent',
      next: 'publish it again: readers drop what they have',
      ...(this.#lastFailure && { cause: this.#lastFailure }),
    });
  }
}

/** Trying again cannot help. Errors that nobody has classified are taken for passing: nothing is given up early. */
function isFinal({ kind }: BelayError): boolean {
  return kind !== 'unavailable' && kind !== 'timeout' && kind !== 'internal';
}
