import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { BusRecord, TopicSpec } from './bus.ts';
import { sqliteFailure } from './sqlite-errors.ts';
import { type NewRow, type StoredRow, toBusRecord } from './sqlite-record.ts';
import { insertTopic, loadTopics, type Partition, type Topic, unknownTopic } from './sqlite-topics.ts';

export interface OffsetCommit {
  readonly group: string;
  readonly partition: Partition;
  readonly nextOffset: number;
}

/** What maintenance looks at: a record without its value. */
export interface RecordSummary {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Uint8Array;
  readonly tombstone: boolean;
  readonly bytes: number;
}

/** The tables. Everything here is synchronous and bounded, and each write is one transaction. */
export class SqliteLog {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #sql: ReturnType<typeof prepare>;
  #topics: ReadonlyMap<string, Topic>;

  constructor(db: DatabaseSync, file: string) {
    this.#db = db;
    this.#file = file;
    this.#sql = this.#guard(() => prepare(db));
    this.#topics = this.#guard(() => byName(loadTopics(db)));
  }

  topics(): readonly Topic[] {
    return [...this.#topics.values()];
  }

  topic(name: string): Topic {
    const topic = this.#topics.get(name);
    if (!topic) throw unknownTopic(name);
    return topic;
  }

  findTopic(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  createTopics(specs: readonly TopicSpec[]): void {
    const isFirst = (spec: TopicSpec, index: number) =>
      specs.findIndex((s) => s.name === spec.name) === index;
    const missing = specs.filter((spec, index) => !this.#topics.has(spec.name) && isFirst(spec, index));
    if (missing.length === 0) return;
    this.#transaction(() => {
      for (const spec of missing) insertTopic(this.#db, spec);
    });
    // Those in use keep their identity: consumers and waiting publishes hold on to them.
    this.#topics = new Map([...byName(loadTopics(this.#db)), ...this.#topics]);
  }

  /**
   * Durable on return, or nothing has happened. Memory follows only after the commit: whatever fails, it
   * is never ahead of the file.
   */
  write(rows: readonly NewRow[], commits: readonly OffsetCommit[], now: Date): void {
    const nextOffsets = new Map<Partition, number>();
    this.#transaction(() => {
      for (const { partition, key, value, headers } of rows) {
        const offset = nextOffsets.get(partition) ?? partition.nextOffset;
        this.#sql.insert.run(partition.firstPlace + offset, now.getTime(), key, value, headers);
        nextOffsets.set(partition, offset + 1);
      }
      for (const [partition, next] of nextOffsets) this.#sql.setNext.run(next, partition.id);
      for (const c of commits) this.#sql.setCommitted.run(c.group, c.partition.id, c.nextOffset);
    });
    for (const [partition, next] of nextOffsets) partition.nextOffset = next;
    for (const c of commits) c.partition.committed.set(c.group, c.nextOffset);
    for (const topic of new Set([...nextOffsets.keys()].map((p) => p.topic))) {
      for (const ring of topic.onAppend) ring();
    }
  }

  /** Empty only when nothing is left from there to the end. */
  read(partition: Partition, fromOffset: number, maxRecords: number): BusRecord[] {
    const records: BusRecord[] = [];
    let bytes = 0;
    for (const row of this.#rows(this.#sql.read, partition, fromOffset, maxRecords)) {
      records.push(toBusRecord(partition, row as unknown as StoredRow));
      bytes += records.at(-1)?.value?.length ?? 0;
      if (bytes >= MAX_READ_BYTES) break;
    }
    return records;
  }

  summaries(partition: Partition, fromOffset: number, maxRecords: number): RecordSummary[] {
    return [...this.#rows(this.#sql.summarize, partition, fromOffset, maxRecords)].map((row) => ({
      offset: Number(row['place']) - partition.firstPlace,
      timestampMs: Number(row['timestamp_ms']),
      key: row['key'] as Uint8Array,
      tombstone: row['tombstone'] === 1,
      bytes: Number(row['bytes']),
    }));
  }

  /** Of the oldest record that is kept. */
  earliestOffset(partition: Partition): number {
    return this.summaries(partition, 0, 1)[0]?.offset ?? partition.nextOffset;
  }

  /** Of the first record that is not older. Wall time jumps, so this looks at them one after the other. */
  async offsetAt(partition: Partition, timeMs: number): Promise<number> {
    for (let from = 0; ; await setImmediate()) {
      const summaries = this.summaries(partition, from, 1_000);
      const found = summaries.find((s) => s.timestampMs >= timeMs);
      if (found) return found.offset;
      const last = summaries.at(-1);
      if (!last) return partition.nextOffset;
      from = last.offset + 1;
    }
  }

  remove(partition: Partition, offsets: readonly number[]): void {
    this.#transaction(() => {
      for (const offset of offsets) this.#sql.remove.run(partition.firstPlace + offset);
    });
  }

  /** Brings the write-ahead log into the file and releases it. */
  close(): void {
    this.#db.close();
  }

  *#rows(statement: Prepared['read'], partition: Partition, fromOffset: number, maxRecords: number) {
    const { firstPlace, nextOffset } = partition;
    try {
      yield* statement.iterate(firstPlace + fromOffset, firstPlace + nextOffset, maxRecords);
    } catch (error) {
      throw sqliteFailure(error, this.#file);
    }
  }

  #transaction(work: () => void): void {
    this.#guard(() => {
      try {
        this.#sql.begin.run();
        work();
        this.#sql.commit.run();
      } catch (error) {
        // A full disk may have rolled back already.
        if (this.#db.isTransaction) this.#sql.rollback.run();
        throw error;
      }
    });
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw sqliteFailure(error, this.#file);
    }
  }
}

type Prepared = ReturnType<typeof prepare>;

function prepare(db: DatabaseSync) {
  const range = 'FROM records WHERE place >= ? AND place < ? ORDER BY place LIMIT ?';
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    insert: db.prepare('INSERT INTO records VALUES (?, ?, ?, ?, ?)'),
    setNext: db.prepare('UPDATE partitions SET next_offset = ? WHERE id = ?'),
    setCommitted: db.prepare('INSERT OR REPLACE INTO commits VALUES (?, ?, ?)'),
    read: db.prepare(`SELECT * ${range}`),
    summarize: db.prepare(
      `SELECT place, timestamp_ms, key, value IS NULL AS tombstone,
              octet_length(key) + ifnull(octet_length(value), 0) AS bytes ${range}`,
    ),
    remove: db.prepare('DELETE FROM records WHERE place = ?'),
  };
}

const byName = (topics: readonly Topic[]): Map<string, Topic> => new Map(topics.map((t) => [t.name, t]));

const MAX_READ_BYTES = 4_194_304;
