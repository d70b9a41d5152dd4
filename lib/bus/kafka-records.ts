import type { IHeaders, KafkaMessage } from 'kafkajs';
import { BelayError } from '#lib/errors.ts';
import { type BusRecord, MAX_RECORD_BYTES, type OutgoingRecord } from './bus.ts';
import { recordBytes } from './record-size.ts';

/**
 * What Kafka adds to a record counts against max.message.bytes of its topic. Small enough that a batch of the
 * smallest records, 9 bytes each, stays below the number of arguments kafkajs can hand on in one call.
 */
const OVERHEAD_BYTES = 16_384;
const RECORD_OVERHEAD_BYTES = 32;
const HEADER_OVERHEAD_BYTES = 10;

export const maxMessageBytes = (maxRecordBytes = MAX_RECORD_BYTES): number => maxRecordBytes + OVERHEAD_BYTES;

/** Never less than the limit of the bus: a topic that takes less says so itself. */
export const maxRecordBytes = (messageBytes: number): number =>
  Math.max(messageBytes - OVERHEAD_BYTES, MAX_RECORD_BYTES);

export function assertHasKey({ topic, key }: OutgoingRecord): void {
  if (key?.length) return;
  throw new BelayError('invalid', `a record for ${topic} has no key`, {
    code: 'MISSING_KEY',
    field: 'key',
    why: 'the key decides the partition, and with it the order',
  });
}

/** An upper bound of what the record takes in a batch. */
export function wireBytes(record: OutgoingRecord, limit: number): number {
  const bytes = recordBytes(record);
  if (bytes > limit) {
    throw new BelayError('invalid', `a record for ${record.topic} is too large`, {
      code: 'TOO_LARGE',
      why: `key, value and headers are ${bytes} bytes; the limit is ${limit}`,
    });
  }
  return bytes + RECORD_OVERHEAD_BYTES + HEADER_OVERHEAD_BYTES * Object.keys(record.headers).length;
}

export function toBusRecord(topic: string, partition: number, message: KafkaMessage): BusRecord {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    timestampMs: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers: toHeaders(message.headers),
  };
}

function toHeaders(raw: IHeaders | undefined): Record<string, Buffer> {
  // As the repaired decoder makes them: nothing inherited, each value a Buffer.
  if (raw && Object.getPrototypeOf(raw) === null) return raw as Record<string, Buffer>;
  const headers = Object.create(null) as Record<string, Buffer>;
  for (const [name, value] of Object.entries(raw ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    headers[name] = Buffer.isBuffer(last) ? last : Buffer.from(last ?? '');
  }
  return headers;
}
