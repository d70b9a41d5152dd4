import { MAX_RECORD_BYTES, type OutgoingRecord } from '#lib/bus/bus.ts';
import { recordBytes } from '#lib/bus/record-size.ts';
import { BelayError } from '#lib/errors.ts';
import { eventId, type OutgoingEvent } from './event.ts';
import { ceType, definitionOf } from './event-types.ts';
import { validateEvent } from './validate-event.ts';

/** CloudEvents binary mode: the attributes are headers, the value is the protobuf message alone. */
export function encodeEvent(event: OutgoingEvent, source: string): OutgoingRecord {
  const definition = definitionOf(event.type);
  validateEvent(event.type, event.data);
  const record: OutgoingRecord = {
    topic: definition.topic(event.data),
    key: definition.key(event.data),
    value: bufferOver(definition.codec.encode(event.data).finish()),
    headers: {
      ce_specversion: '1.0',
      ce_id: eventId(event.type, event.data),
      ce_type: ceType(event.type),
      ce_source: source,
      ce_time: definition.time(event.data)?.toISOString() ?? '',
      ce_subject: definition.subject(event.data),
      'content-type': 'application/protobuf',
      ...event.headers,
    },
  };
  const bytes = recordBytes(record);
  if (bytes > MAX_RECORD_BYTES) throw tooLarge(event, bytes);
  return record;
}

/** Nobody else has the bytes: they need no copy. */
const bufferOver = ({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

function tooLarge(event: OutgoingEvent, bytes: number): BelayError {
  return new BelayError('invalid', `${event.type} has ${bytes} bytes, the limit is ${MAX_RECORD_BYTES}`, {
    code: 'TOO_LARGE',
    field: 'value',
    next: 'Shorten outputs and lists before they become events.',
  });
}
