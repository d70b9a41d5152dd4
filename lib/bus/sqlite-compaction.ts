import type { RecordSummary } from './sqlite-log.ts';

export interface CompactionDelays {
  /** What is superseded stays this long, so that a reader that is a little behind sees every change. */
  readonly supersededMs: number;
  /** A tombstone stays this long, so that a reader that was away still learns that the key is gone. */
  readonly tombstoneMs: number;
}

/** Finds what a compacted partition can do without. Takes its records in the order of their offsets. */
export class Compaction {
  readonly #nowMs: number;
  readonly #delays: CompactionDelays;
  readonly #newest = new Map<string, Newest>();
  readonly #superseded: RecordSummary[] = [];

  constructor(nowMs: number, delays: CompactionDelays) {
    this.#nowMs = nowMs;
    this.#delays = delays;
  }

  add(record: RecordSummary): void {
    const key = Buffer.from(record.key).toString('latin1');
    const older = this.#newest.get(key);
    const olderGoes = older !== undefined && this.#isOld(older.record, this.#delays.supersededMs);
    if (olderGoes) this.#superseded.push(older.record);
    const covers = older !== undefined && (older.covers || !olderGoes);
    this.#newest.set(key, { record, covers });
  }

  /**
   * In the order of their offsets: when removal stops halfway, a key has lost its older records first. The
   * newest record of the partition stays, so that readers that come to it have come to the end.
   */
  removable(nextOffset: number): RecordSummary[] {
    const tombstones = [...this.#newest.values()]
      .filter(
        ({ record, covers }) => record.tombstone && !covers && this.#isOld(record, this.#delays.tombstoneMs),
      )
      .map(({ record }) => record);
    return [...this.#superseded, ...tombstones]
      .filter((record) => record.offset < nextOffset - 1)
      .sort((a, b) => a.offset - b.offset);
  }

  #isOld(record: RecordSummary, delayMs: number): boolean {
    return this.#nowMs - record.timestampMs >= delayMs;
  }
}

interface Newest {
  readonly record: RecordSummary;
  /** Older records of the key are kept, and would come to light again without this one. */
  readonly covers: boolean;
}
