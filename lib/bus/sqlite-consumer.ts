import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf } from '#lib/errors.ts';
import type { BusRecord, ConsumeOptions, Consumption } from './bus.ts';
import { type BatchParts, batchOf, type InHand } from './sqlite-batch.ts';
import type { Lease, Member, Slot } from './sqlite-group.ts';
import type { SqliteLog } from './sqlite-log.ts';
import type { Topic } from './sqlite-topics.ts';

export interface ConsumerParts extends BatchParts {
  readonly log: SqliteLog;
}

/**
 * A member of a group. It reads only when a handler is free, so a slow handler holds everything back, and
 * always from what the group has committed, so what a handler leaves uncommitted comes again.
 */
export class SqliteConsumer implements Consumption, Member {
  readonly topics: ReadonlySet<Topic>;
  readonly #parts: ConsumerParts;
  readonly #options: ConsumeOptions;
  readonly #sessionTimeoutMs: number;
  readonly #inHand = new Map<InHand, Promise<void>>();
  #turn = 0;
  #pumping = false;
  #stopping = false;
  #expelled = false;
  #crashed = false;

  constructor(parts: ConsumerParts, options: ConsumeOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#sessionTimeoutMs = options.sessionTimeoutMs ?? 30_000;
    this.topics = new Set(options.topics.map((name) => parts.log.topic(name)));
  }

  /** Returns when it is at work: its first batches are in hand. */
  async start(): Promise<void> {
    for (const topic of this.topics) topic.onAppend.add(this.wake);
    this.#parts.group.join(this);
    await nextTurn();
  }

  assigned(): Readonly<Record<string, readonly number[]>> {
    const assigned = Object.fromEntries([...this.topics].map((t): [string, number[]] => [t.name, []]));
    for (const slot of this.#parts.group.slotsOf(this)) {
      const isHeld = !slot.inHand || slot.inHand.lease === slot.lease;
      if (isHeld) assigned[slot.topic.name]?.push(slot.partition.number);
    }
    return assigned;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const drained = new AbortController();
    const allBack = Promise.all(this.#inHand.values()).then(() => drained.abort());
    // Whoever is still at work after that is left behind, and commits nothing any more.
    await Promise.race([allBack, this.#parts.clock.sleep(this.#sessionTimeoutMs, drained.signal)]);
    this.#leave();
  }

  /** Not at once: the event loop gets a turn between two batches, and the wakes of one turn become one. */
  readonly wake = (): void => {
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      this.#pump();
    });
  };

  #pump(): void {
    try {
      while (!this.#stopping && !this.#expelled && this.#inHand.size < (this.#options.concurrency ?? 1)) {
        const next = this.#nextBatch();
        if (!next) return;
        this.#inHand.set(next, this.#handle(next));
      }
    } catch (error) {
      this.#crash(error);
    }
  }

  /** Of the partitions in turn, so that a busy one does not starve the others. */
  #nextBatch(): InHand | undefined {
    const slots = this.#parts.group.slotsOf(this);
    for (let i = 0; i < slots.length; i += 1) {
      const slot = slots[(this.#turn + i) % slots.length] as Slot;
      const records = slot.inHand ? [] : this.#read(slot);
      if (records.length === 0) continue;
      this.#turn = (this.#turn + i + 1) % slots.length;
      return this.#begin(slot, records);
    }
    return undefined;
  }

  #begin(slot: Slot, records: readonly BusRecord[]): InHand {
    const delivery: InHand = {
      slot,
      lease: slot.lease as Lease,
      records,
      returned: new AbortController(),
      aliveAtMs: this.#parts.clock.monotonicMs(),
    };
    slot.inHand = delivery;
    return delivery;
  }

  #read(slot: Slot): BusRecord[] {
    const position = this.#parts.group.position(slot);
    if (position >= slot.partition.nextOffset) return [];
    return this.#parts.log.read(slot.partition, position, this.#options.maxBatchRecords ?? 500);
  }

  async #handle(delivery: InHand): Promise<void> {
    void this.#watch(delivery);
    try {
      // By way of a promise, so that a handler that throws at once is a rejection like any other.
      await Promise.resolve(batchOf(delivery, this.#parts)).then(this.#options.onBatch);
    } catch (error) {
      this.#crash(error);
    } finally {
      delivery.returned.abort();
      this.#inHand.delete(delivery);
      this.#parts.group.release(delivery);
      this.wake();
      if (this.#expelled && this.#inHand.size === 0) this.#rejoin();
    }
  }

  /** Whoever neither returns nor heartbeats in time is taken for dead. */
  async #watch(delivery: InHand): Promise<void> {
    const { clock } = this.#parts;
    while (!delivery.returned.signal.aborted) {
      const leftMs = delivery.aliveAtMs + this.#sessionTimeoutMs - clock.monotonicMs();
      if (leftMs <= 0) return this.#expel();
      await clock.sleep(leftMs, delivery.returned.signal);
    }
  }

  #expel(): void {
    this.#expelled = true;
    this.#parts.group.leave(this);
    for (const delivery of this.#inHand.keys()) this.#parts.group.release(delivery);
  }

  #rejoin(): void {
    this.#expelled = false;
    if (!this.#stopping) this.#parts.group.join(this);
  }

  #crash(error: unknown): void {
    if (this.#crashed) return;
    this.#crashed = true;
    this.#stopping = true;
    this.#leave();
    this.#options.onCrash(error instanceof Error ? error : new Error(messageOf(error)));
  }

  #leave(): void {
    for (const topic of this.topics) topic.onAppend.delete(this.wake);
    this.#parts.group.leave(this);
  }
}
