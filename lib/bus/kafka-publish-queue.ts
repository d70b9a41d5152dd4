import { BelayError } from '#lib/errors.ts';
import type { OutgoingRecord } from './bus.ts';

/** What one caller of publish waits for. Its records go out in order, together with those of others. */
export class PublishCall {
  readonly records: readonly OutgoingRecord[];
  readonly deadlineMs: number;
  /** What each record takes in a batch, once it is known to fit. */
  sizes: readonly number[] = [];
  /** None of it is sent any more once the caller has its answer. */
  isSettled = false;
  /** From the first attempt on, some of it may be in the log whatever comes back. */
  mayBeWritten = false;
  /** Where the part begins that no attempt has been made for. */
  taken = 0;
  #acknowledged = 0;
  readonly #answer = Promise.withResolvers<void>();

  constructor(records: readonly OutgoingRecord[], deadlineMs: number) {
    this.records = records;
    this.deadlineMs = deadlineMs;
  }

  get answer(): Promise<void> {
    return this.#answer.promise;
  }

  acknowledge(count: number): void {
    this.#acknowledged += count;
    if (this.isSettled || this.#acknowledged < this.records.length) return;
    this.isSettled = true;
    this.#answer.resolve();
  }

  fail(error: BelayError): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.#answer.reject(error);
  }
}

/** Consecutive records of one call. */
export interface Portion {
  readonly call: PublishCall;
  readonly records: readonly OutgoingRecord[];
}

/** Room for what may go into one send. All records of a topic may go to one partition, as one batch. */
export class SendRoom {
  readonly #limitOf: (topic: string) => number;
  readonly #bytes = new Map<string, number>();
  #records = 0;

  constructor(limitOf: (topic: string) => number) {
    this.#limitOf = limitOf;
  }

  /** The next part of the call, as much of it as there is room for; a record too large for all sends goes alone. */
  take(call: PublishCall): Portion {
    const from = call.taken;
    for (; call.taken < call.records.length; call.taken += 1) {
      const { topic } = call.records[call.taken] as OutgoingRecord;
      if (!this.#admits(topic, call.sizes[call.taken] ?? 0)) break;
    }
    return { call, records: call.records.slice(from, call.taken) };
  }

  #admits(topic: string, size: number): boolean {
    const bytes = (this.#bytes.get(topic) ?? BATCH_OVERHEAD_BYTES) + size;
    const fits = this.#records < MAX_SEND_RECORDS && bytes <= this.#limitOf(topic);
    if (!fits && this.#records > 0) return false;
    this.#records += 1;
    this.#bytes.set(topic, bytes);
    return true;
  }
}

const MAX_SEND_RECORDS = 1_000;
const BATCH_OVERHEAD_BYTES = 100;
