import { setImmediate } from 'node:timers/promises';
import type { Clock } from '#lib/clock.ts';
import { Compaction } from './sqlite-compaction.ts';
import type { RecordSummary, SqliteLog } from './sqlite-log.ts';
import type { Partition } from './sqlite-topics.ts';

interface MaintenanceParts {
  readonly log: SqliteLog;
  readonly clock: Clock;
  /** A pass failed; the next one tries again. */
  readonly onError: (error: unknown) => void;
}

/** Keeps the file from growing for ever: retention and compaction, in steps between which the others get a turn. */
export class SqliteMaintenance {
  readonly #parts: MaintenanceParts;
  readonly #stopping = new AbortController();
  #lastPass: Promise<void> = Promise.resolve();
  #timer: Promise<void>;

  constructor(parts: MaintenanceParts) {
    this.#parts = parts;
    this.#timer = this.#runOnTimer();
  }

  /** One whole pass, after the one that runs. */
  run(): Promise<void> {
    const pass = this.#lastPass.then(() => this.#pass());
    this.#lastPass = pass.catch(() => {});
    return pass;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#timer;
    await this.#lastPass;
  }

  async #runOnTimer(): Promise<void> {
    for (;;) {
      await this.#parts.clock.sleep(INTERVAL_MS, this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      await this.run().catch(this.#parts.onError);
    }
  }

  async #pass(): Promise<void> {
    for (const topic of this.#parts.log.topics()) {
      for (const partition of topic.partitions) {
        if (topic.compact) await this.#compact(partition);
        else if (topic.retentionMs !== 'forever') await this.#expire(partition, topic.retentionMs);
      }
    }
  }

  async #compact(partition: Partition): Promise<void> {
    const compaction = new Compaction(this.#parts.clock.now().getTime(), DELAYS);
    for await (const summaries of this.#scan(partition)) {
      for (const summary of summaries) compaction.add(summary);
    }
    await this.#remove(partition, compaction.removable(partition.nextOffset));
  }

  /** From the oldest on, and no further than the first that is young enough: kept records have no holes. */
  async #expire(partition: Partition, retentionMs: number): Promise<void> {
    const limitMs = this.#parts.clock.now().getTime() - retentionMs;
    for await (const summaries of this.#scan(partition)) {
      const firstKept = summaries.findIndex((s) => s.timestampMs >= limitMs);
      await this.#remove(partition, firstKept < 0 ? summaries : summaries.slice(0, firstKept));
      if (firstKept >= 0) return;
    }
  }

  async *#scan(partition: Partition): AsyncGenerator<readonly RecordSummary[]> {
    for (let from = 0; !this.#stopping.signal.aborted; await setImmediate()) {
      const summaries = this.#parts.log.summaries(partition, from, SCAN_RECORDS);
      const last = summaries.at(-1);
      if (!last) return;
      yield summaries;
      from = last.offset + 1;
    }
  }

  async #remove(partition: Partition, records: readonly RecordSummary[]): Promise<void> {
    for (const step of steps(records)) {
      if (this.#stopping.signal.aborted) return;
      this.#parts.log.remove(partition, step);
      await setImmediate();
    }
  }
}

/** Removal costs by the record and by the page. */
function* steps(records: readonly RecordSummary[]): Generator<number[]> {
  let step: number[] = [];
  let bytes = 0;
  for (const record of records) {
    step.push(record.offset);
    bytes += record.bytes;
    if (step.length < STEP_RECORDS && bytes < STEP_BYTES) continue;
    yield step;
    step = [];
    bytes = 0;
  }
  if (step.length > 0) yield step;
}

const INTERVAL_MS = 300_000;
const SCAN_RECORDS = 500;
const STEP_RECORDS = 200;
const STEP_BYTES = 1_048_576;
const DELAYS = { supersededMs: 3_600_000, tombstoneMs: 86_400_000 };
