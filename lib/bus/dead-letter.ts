import { ActorKind } from '#gen/belay/v1/common.ts';
import type { BelayError } from '#lib/errors.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import { outgoing } from '#lib/events/event.ts';
import type { BusRecord, OutgoingRecord } from './bus.ts';

export const deadLetterTopic = (topic: string): string => `${topic}.dead-letter`;

interface Where {
  readonly service: string;
  readonly group: string;
  readonly source: string;
  readonly now: Date;
}

const REASON_LIMIT = 2_000;
const NO_KEY = 'no-key';

/** The record as it was, with the reason in its headers, and the audit event that tells people of it. */
export function deadLetter(record: BusRecord, error: BelayError, where: Where): OutgoingRecord[] {
  const reason = error.message.slice(0, REASON_LIMIT);
  const aside: OutgoingRecord = {
    topic: deadLetterTopic(record.topic),
    key: record.key?.length ? record.key : NO_KEY,
    value: record.value,
    headers: {
      ...record.headers,
      'belay-dead-letter-code': error.code,
      'belay-dead-letter-field': error.field ?? '',
      'belay-dead-letter-reason': reason,
      'belay-dead-letter-group': where.group,
      'belay-dead-letter-at': where.now.toISOString(),
      'belay-dead-letter-from': `${record.topic}/${record.partition}/${record.offset}`,
    },
  };
  return [aside, auditRecord(record, error, reason, where)];
}

function auditRecord(record: BusRecord, error: BelayError, reason: string, where: Where): OutgoingRecord {
  const event = outgoing('DeadLettered', {
    actor: { kind: ActorKind.ENGINE, name: where.service },
    group: where.group,
    topic: record.topic,
    partition: record.partition,
    offset: String(record.offset),
    code: error.code,
    field: error.field ?? '',
    reason,
    eventType: headerText(record, 'ce_type'),
    eventId: headerText(record, 'ce_id'),
    deadLetteredAt: where.now,
  });
  return encodeEvent(event, where.source);
}

/** Of a record that is not to be trusted: short, and with nothing that is not text. */
function headerText(record: BusRecord, name: string): string {
  return (record.headers[name]?.toString('utf8') ?? '').slice(0, 200);
}
