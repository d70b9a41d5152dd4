import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { MAX_RECORD_BYTES, type OutgoingRecord } from '#lib/bus/bus.ts';
import { recordBytes } from '#lib/bus/record-size.ts';
import { BelayError } from '#lib/errors.ts';
import type { EventDefinition } from './event-definition.ts';
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
    value: valueOf(definition, event.data),
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

/** The room that one event has taken is there for the next, as long as it is little. */
let spare: BinaryWriter | undefined;
const SPARE_BYTES = 65_536;

/** A writer that an encoder has thrown out of is not used again. */
function valueOf<T>({ codec }: EventDefinition<T>, data: T): Buffer {
  const writer = spare ?? new BinaryWriter();
  spare = undefined;
  const { buffer, byteOffset, byteLength } = codec.encode(data, writer).finish();
  if (byteLength <= SPARE_BYTES) spare = writer;
  // Nobody else has the bytes: they need no copy.
  return Buffer.from(buffer, byteOffset, byteLength);
}

function tooLarge(event: OutgoingEvent, bytes: number): BelayError {
  return new BelayError('invalid', `${event.type} has ${bytes} bytes, the limit is ${MAX_RECORD_BYTES}`, {
    code: 'TOO_LARGE',
    field: 'value',
    next: 'Shorten outputs and lists before they become events.',
  });
}
