import type { DatabaseSync } from 'node:sqlite';
import { BelayError } from '#lib/errors.ts';
import type { TopicSpec } from './bus.ts';

/** A topic in memory: what the file holds about it, and who waits for more. */
export interface Topic {
  readonly name: string;
  readonly retentionMs: number | 'forever';
  readonly compact: boolean;
  readonly maxRecordBytes: number | null;
  readonly partitions: readonly Partition[];
  /** Rung after every append. */
  readonly onAppend: Set<() => void>;
}

export interface Partition {
  readonly id: number;
  readonly topic: Topic;
  readonly number: number;
  /** The place of offset 0. */
  readonly firstPlace: number;
  /** Never ahead of the file. */
  nextOffset: number;
  /** By group; never ahead of the file. */
  readonly committed: Map<string, number>;
}

/** Places of one partition; 2^13 partitions of 2^40 records stay below the largest safe integer. */
const PLACES = 2 ** 40;
const MAX_PARTITIONS = 2 ** 13 - 1;

export function unknownTopic(name: string): BelayError {
  return new BelayError('not_found', `there is no topic ${name}`, {
    code: 'UNKNOWN_TOPIC',
    field: 'topic',
    next: 'create it first, or correct the name or the topic prefix',
  });
}

export function insertTopic(db: DatabaseSync, spec: TopicSpec): void {
  const { total } = db.prepare('SELECT count(*) AS total FROM partitions').get() as { total: number };
  if (!Number.isInteger(spec.partitions) || spec.partitions < 1 || total + spec.partitions > MAX_PARTITIONS) {
    throw new BelayError('invalid', `topic ${spec.name} cannot have ${spec.partitions} partitions`, {
      code: 'INVALID_PARTITIONS',
      field: 'partitions',
      why: `at least 1 a topic, at most ${MAX_PARTITIONS} in all topics together; ${total} exist`,
    });
  }
  const { lastInsertRowid } = db
    .prepare('INSERT INTO topics (name, retention_ms, compact, max_record_bytes) VALUES (?, ?, ?, ?)')
    .run(
      spec.name,
      spec.retentionMs === 'forever' ? null : spec.retentionMs,
      spec.compact ? 1 : 0,
      spec.maxRecordBytes ?? null,
    );
  const insertPartition = db.prepare('INSERT INTO partitions (topic_id, number) VALUES (?, ?)');
  for (let number = 0; number < spec.partitions; number += 1) insertPartition.run(lastInsertRowid, number);
}

export function loadTopics(db: DatabaseSync): Topic[] {
  return (db.prepare('SELECT * FROM topics').all() as unknown as TopicRow[]).map((row) => {
    const partitions: Partition[] = [];
    const topic: Topic = {
      name: row.name,
      retentionMs: row.retention_ms ?? 'forever',
      compact: row.compact === 1,
      maxRecordBytes: row.max_record_bytes,
      partitions,
      onAppend: new Set(),
    };
    partitions.push(...loadPartitions(db, topic, row.id));
    return topic;
  });
}

function loadPartitions(db: DatabaseSync, topic: Topic, topicId: number): Partition[] {
  const rows = db.prepare('SELECT * FROM partitions WHERE topic_id = ? ORDER BY number').all(topicId);
  const commits = db.prepare('SELECT group_name, next_offset FROM commits WHERE partition_id = ?');
  return (rows as unknown as PartitionRow[]).map(({ id, number, next_offset }) => ({
    id,
    topic,
    number,
    firstPlace: id * PLACES,
    nextOffset: next_offset,
    committed: new Map((commits.all(id) as unknown as CommitRow[]).map((c) => [c.group_name, c.next_offset])),
  }));
}

interface TopicRow {
  readonly id: number;
  readonly name: string;
  readonly retention_ms: number | null;
  readonly compact: number;
  readonly max_record_bytes: number | null;
}

interface PartitionRow {
  readonly id: number;
  readonly number: number;
  readonly next_offset: number;
}

interface CommitRow {
  readonly group_name: string;
  readonly next_offset: number;
}
