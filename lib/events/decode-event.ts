import { isUtf8 } from 'node:buffer';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { type BusRecord, MAX_RECORD_BYTES } from '#lib/bus/bus.ts';
import { recordBytes } from '#lib/bus/record-size.ts';
import { BelayError, messageOf } from '#lib/errors.ts';
import { type AnyEvent, eventId } from './event.ts';
import { definitionOf, type EventType, eventTypeOf } from './event-types.ts';
import { validateEvent } from './validate-event.ts';

/**
 * Bytes from the log to a valid event, or `invalid` that names the field. A record is believed only when
 * its type, topic, key and id all agree with its content: whoever can write to a topic by mistake must not
 * be able to make two services see two different things.
 */
export function decodeEvent(record: BusRecord): AnyEvent {
  const value = valueOf(record);
  const type = typeOf(record);
  requireIdentity(record);
  const data = decodeValue(type, value);
  validateEvent(type, data);
  requireAgreement(record, type, data);
  return { type, id: header(record, 'ce_id'), source: header(record, 'ce_source'), data } as AnyEvent;
}

/** What it says it is. Undefined where that is missing, or unknown to this version. */
export function typeOfRecord(record: BusRecord): EventType | undefined {
  return eventTypeOf(record.headers['ce_type']?.toString('utf8') ?? '');
}

function valueOf(record: BusRecord): Buffer {
  if (record.value === null)
    throw invalid('TOMBSTONE', 'value', 'value is a tombstone: no event is ever taken back');
  if (record.value.length === 0) throw invalid('EMPTY_VALUE', 'value', 'value is empty');
  const bytes = recordBytes(record);
  if (bytes > MAX_RECORD_BYTES) {
    throw invalid(
      'TOO_LARGE',
      'value',
      `value: the record has ${bytes} bytes, the limit is ${MAX_RECORD_BYTES}`,
    );
  }
  return record.value;
}

function typeOf(record: BusRecord): EventType {
  const ce = header(record, 'ce_type');
  const type = eventTypeOf(ce);
  if (!type)
    throw invalid('UNKNOWN_TYPE', 'ce_type', `ce_type "${ce.slice(0, 100)}" is unknown to this version`);
  return type;
}

function requireIdentity(record: BusRecord): void {
  if (header(record, 'ce_specversion') !== '1.0') {
    throw invalid('BAD_HEADER', 'ce_specversion', 'ce_specversion is not 1.0');
  }
  const encoding = record.headers['content-encoding'];
  // Never inflated: a small record must not be able to grow into a large one in memory.
  if (encoding)
    throw invalid('BAD_HEADER', 'content-encoding', 'content-encoding: events are not compressed one by one');
  if (header(record, 'content-type') !== 'application/protobuf') {
    throw invalid('BAD_HEADER', 'content-type', 'content-type is not application/protobuf');
  }
}

function decodeValue(type: EventType, value: Buffer): unknown {
  const { codec } = definitionOf(type);
  try {
    return codec.decode(new BinaryReader(value, strictUtf8));
  } catch (thrown) {
    if (thrown instanceof BadUtf8) {
      const field = fieldOfBadText(type, value);
      throw invalid('BAD_UTF8', field, `${type}.${field} is not valid UTF-8`);
    }
    throw invalid('UNREADABLE', 'value', `value is cut off or no ${type}: ${messageOf(thrown)}`);
  }
}

function requireAgreement(record: BusRecord, type: EventType, data: unknown): void {
  const definition = definitionOf(type);
  const topic = definition.topic(data);
  if (record.topic !== topic) throw invalid('WRONG_TOPIC', 'topic', `topic: ${type} belongs to ${topic}`);
  if (record.key === null) throw invalid('MISSING_KEY', 'key', 'key is missing');
  const key = definition.key(data);
  if (!record.key.equals(Buffer.from(key)))
    throw invalid('WRONG_KEY', 'key', `key is not "${key}", as the event says`);
  if (header(record, 'ce_id') !== eventId(type, data)) {
    throw invalid('WRONG_ID', 'ce_id', 'ce_id does not follow from what the event is about');
  }
}

function header(record: BusRecord, name: string): string {
  const value = record.headers[name];
  if (value === undefined) throw invalid('MISSING_HEADER', name, `${name} header is missing`);
  if (!isUtf8(value)) throw invalid('BAD_UTF8', name, `${name} header is not valid UTF-8`);
  return value.toString('utf8');
}

class BadUtf8 extends Error {}

function strictUtf8(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isUtf8(buffer)) throw new BadUtf8();
  return buffer.toString('utf8');
}

/** The reader does not know field names, so a lenient decoding is searched for what it had to replace. */
function fieldOfBadText(type: EventType, value: Buffer): string {
  try {
    return firstReplaced(definitionOf(type).codec.decode(value)) ?? 'value';
  } catch {
    // Bad text and cut off behind it.
    return 'value';
  }
}

function firstReplaced(value: unknown, path = ''): string | undefined {
  if (typeof value === 'string') return value.includes('\uFFFD') ? path : undefined;
  if (typeof value !== 'object' || value === null || value instanceof Date) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const found = firstReplaced(item, path ? `${path}.${key}` : key);
    if (found) return found;
  }
  return undefined;
}

function invalid(code: string, field: string, message: string): BelayError {
  return new BelayError('invalid', message, { code, field });
}
