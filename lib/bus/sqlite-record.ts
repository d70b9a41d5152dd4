import { BelayError } from '#lib/errors.ts';
import { type BusRecord, MAX_RECORD_BYTES, type OutgoingRecord } from './bus.ts';
import { recordBytes } from './record-size.ts';
import { partitionOf } from './partitioner.ts';
import type { Partition, Topic } from './sqlite-topics.ts';

/** A record on its way into the table. */
export interface NewRow {
  readonly partition: Partition;
  readonly key: Buffer;
  readonly value: Buffer | null;
  readonly headers: string;
  readonly bytes: number;
}

/** A record as the table gives it back. */
export interface StoredRow {
  readonly place: number;
  readonly timestamp_ms: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
  readonly headers: string;
}

export function toRow(topic: Topic, record: OutgoingRecord): NewRow {
  const key = toKey(record);
  const bytes = recordBytes(record);
  const limit = topic.maxRecordBytes ?? MAX_RECORD_BYTES;
  if (bytes > limit) {
    throw new BelayError('invalid', `a record for ${topic.name} is too large`, {
      code: 'TOO_LARGE',
      why: `key, value and headers are ${bytes} bytes; the limit is ${limit}`,
    });
  }
  const partition = topic.partitions[partitionOf(key, topic.partitions.length)] as Partition;
  return { partition, key, value: record.value, headers: encodeHeaders(record.headers), bytes };
}

export function toBusRecord({ topic, number, firstPlace }: Partition, row: StoredRow): BusRecord {
  return {
    topic: topic.name,
    partition: number,
    offset: row.place - firstPlace,
    timestampMs: row.timestamp_ms,
    key: asBuffer(row.key),
    value: row.value && asBuffer(row.value),
    headers: decodeHeaders(row.headers),
  };
}

function toKey({ topic, key }: OutgoingRecord): Buffer {
  if (key?.length) return asBytes(key);
  throw new BelayError('invalid', `a record for ${topic} has no key`, {
    code: 'MISSING_KEY',
    field: 'key',
    why: 'the key decides the partition, and with it the order',
  });
}

/** JSON, so that the file can be read with any SQLite shell; a character a byte, so that any bytes pass. */
function encodeHeaders(headers: OutgoingRecord['headers']): string {
  const entries = Object.entries(headers).map(([name, value]) => [name, asLatin1(value)]);
  return JSON.stringify(Object.fromEntries(entries));
}

function decodeHeaders(headers: string): Record<string, Buffer> {
  const entries = Object.entries(JSON.parse(headers) as Record<string, string>);
  return Object.fromEntries(entries.map(([name, value]) => [name, Buffer.from(value, 'latin1')]));
}

/** Text that takes a byte a character is ASCII, and is its own latin1. */
const asLatin1 = (part: Buffer | string): string =>
  typeof part === 'string' && Buffer.byteLength(part) === part.length
    ? part
    : asBytes(part).toString('latin1');

const asBytes = (part: Buffer | string): Buffer => (typeof part === 'string' ? Buffer.from(part) : part);

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
