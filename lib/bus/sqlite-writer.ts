import type { Clock } from '#lib/clock.ts';
import type { OffsetCommit, SqliteLog } from './sqlite-log.ts';
import type { NewRow } from './sqlite-record.ts';

/** Several callers share one transaction, and with it one wait for the disk. */
export class SqliteWriter {
  readonly #log: Pick<SqliteLog, 'write'>;
  readonly #clock: Clock;
  #queue: Entry[] = [];
  #scheduled = false;

  constructor(log: Pick<SqliteLog, 'write'>, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  append(rows: readonly NewRow[]): Promise<void> {
    return this.#enqueue({ rows });
  }

  /** `isFenced` is asked again at the moment of writing: until then the partition may have moved on. */
  commit(commit: OffsetCommit, isFenced: () => boolean): Promise<void> {
    return this.#enqueue({ rows: [], commit, isFenced });
  }

  /** Writes all that waits. */
  flush(): void {
    while (this.#queue.length > 0) this.#writeSome();
  }

  #enqueue(work: Omit<Entry, 'done'>): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#queue.push({ ...work, done });
    this.#schedule();
    return done.promise;
  }

  /** After the callbacks of this turn of the event loop, so that all they send goes together. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#queue.length > 0) this.#writeSome();
      if (this.#queue.length > 0) this.#schedule();
    });
  }

  #writeSome(): void {
    const entries = this.#queue.splice(0, countThatFits(this.#queue));
    try {
      const rows = entries.flatMap((e) => e.rows);
      const commits = entries.flatMap((e) => (e.commit && !e.isFenced?.() ? [e.commit] : []));
      if (rows.length + commits.length > 0) this.#log.write(rows, commits, this.#clock.now());
      for (const { done } of entries) done.resolve();
    } catch (error) {
      for (const { done } of entries) done.reject(error);
    }
  }
}

interface Entry {
  readonly rows: readonly NewRow[];
  readonly commit?: OffsetCommit;
  readonly isFenced?: () => boolean;
  readonly done: PromiseWithResolvers<void>;
}

/** At least one; the event loop stands still while they are written. */
function countThatFits(queue: readonly Entry[]): number {
  let rows = 0;
  let bytes = 0;
  const end = queue.findIndex((entry) => {
    if (rows >= MAX_ROWS || bytes >= MAX_BYTES) return true;
    rows += entry.rows.length;
    for (const row of entry.rows) bytes += row.bytes;
    return false;
  });
  return end < 0 ? queue.length : end;
}

const MAX_ROWS = 1_000;
const MAX_BYTES = 4_194_304;
