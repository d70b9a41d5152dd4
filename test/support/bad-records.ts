import { gzipSync } from 'node:zlib';
import { IncidentReported } from '#gen/belay/v1/incident.ts';
import type { OutgoingRecord } from '#lib/bus/bus.ts';
import { MAX_RECORD_BYTES } from '#lib/bus/bus.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import { outgoing } from '#lib/events/event.ts';

export function reported(incidentId: string, service = 'api', summary = ''): IncidentReported {
  return IncidentReported.fromPartial({
    incidentId,
    service,
    source: 'test',
    fingerprint: incidentId,
    startedAt: new Date('2026-01-01T00:00:00Z'),
    reportedAt: new Date('2026-01-01T00:00:01Z'),
    symptom: 'CrashLoopBackOff',
    probableCause: 'pod_crash_loop',
    confidence: 0.95,
    summary,
  });
}

export function goodRecord(incidentId: string, service = 'api'): OutgoingRecord {
  return encodeEvent(outgoing('IncidentReported', reported(incidentId, service)), 'belay/test');
}

export interface BadRecord {
  readonly title: string;
  readonly record: OutgoingRecord;
  readonly code: string;
  readonly field: string;
}

/** One of each thing that must go aside, with the code and the field its reason has to name. */
export function badRecords(mark: string): BadRecord[] {
  const good = goodRecord(`${mark}-bad`);
  const value = good.value as Buffer;
  const raw = (data: IncidentReported) => Buffer.from(IncidentReported.encode(data).finish());
  const changed = (change: Partial<IncidentReported>) => ({
    ...good,
    value: raw({ ...reported(`${mark}-bad`), ...change }),
  });
  const headed = (headers: Record<string, string | Buffer | undefined>) => {
    const all = { ...good.headers, ...headers };
    return { ...good, headers: Object.fromEntries(Object.entries(all).filter(([, v]) => v !== undefined)) };
  };
  const bad = (title: string, record: unknown, code: string, field: string): BadRecord => ({
    title,
    record: record as OutgoingRecord,
    code,
    field,
  });
  return [
    bad('empty', { ...good, value: Buffer.alloc(0) }, 'EMPTY_VALUE', 'value'),
    bad('tombstone', { ...good, value: null }, 'TOMBSTONE', 'value'),
    bad('truncated', { ...good, value: value.subarray(0, value.length - 3) }, 'UNREADABLE', 'value'),
    bad('noise', { ...good, value: Buffer.from('{"service":"api"}') }, 'UNREADABLE', 'value'),
    bad('a field missing', changed({ symptom: 'x', service: '' }), 'INVALID_EVENT', 'service'),
    bad('confidence above 1', changed({ confidence: 1.5 }), 'INVALID_EVENT', 'confidence'),
    bad('no number', changed({ confidence: Number.NaN }), 'INVALID_EVENT', 'confidence'),
    bad('year 9999', changed({ startedAt: new Date('9999-12-31T23:59:59Z') }), 'INVALID_EVENT', 'startedAt'),
    bad('no time', changed({ reportedAt: undefined }), 'INVALID_EVENT', 'reportedAt'),
    bad(
      'bad UTF-8',
      { ...good, value: withBadUtf8(raw(reported(`${mark}-bad`, 'api', 'QQQQ'))) },
      'BAD_UTF8',
      'summary',
    ),
    bad('unknown type', headed({ ce_type: 'belay.v1.Nonsense' }), 'UNKNOWN_TYPE', 'ce_type'),
    bad('a type of JavaScript', headed({ ce_type: 'belay.v1.constructor' }), 'UNKNOWN_TYPE', 'ce_type'),
    bad('no type', headed({ ce_type: undefined }), 'MISSING_HEADER', 'ce_type'),
    bad('bad UTF-8 in a header', headed({ ce_type: Buffer.from([0xff, 0xfe]) }), 'BAD_UTF8', 'ce_type'),
    bad('wrong key', { ...good, key: 'somebody-else' }, 'WRONG_KEY', 'key'),
    bad('forged id', headed({ ce_id: 'evt-0000' }), 'WRONG_ID', 'ce_id'),
    bad('type of another topic', otherTopic(mark), 'WRONG_TOPIC', 'topic'),
    bad(
      'gzip bomb',
      {
        ...good,
        value: gzipSync(Buffer.alloc(30_000_000)),
        headers: { ...good.headers, 'content-encoding': 'gzip' },
      },
      'BAD_HEADER',
      'content-encoding',
    ),
    bad('JSON', headed({ 'content-type': 'application/json' }), 'BAD_HEADER', 'content-type'),
  ];
}

/** Larger than the limit: only a producer that is not ours can write it, where the bus lets it. */
export function oversizeRecord(mark: string): OutgoingRecord {
  const good = goodRecord(`${mark}-bad`);
  return { ...good, value: Buffer.alloc(MAX_RECORD_BYTES + 1, 1) };
}

function withBadUtf8(value: Buffer): Buffer {
  const at = value.indexOf('QQQQ');
  value[at] = 0xff;
  return value;
}

function otherTopic(mark: string): OutgoingRecord {
  const event = outgoing('CommandGiven', {
    actor: { kind: 1, name: 'somebody' },
    command: 'x',
    subject: mark,
    reason: '',
    result: 'ok',
    givenAt: new Date('2026-01-01T00:00:00Z'),
    commandId: `${mark}-command`,
  });
  return { ...encodeEvent(event, 'belay/test'), topic: 'incident' };
}
