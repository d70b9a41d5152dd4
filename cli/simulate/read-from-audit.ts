import type { TimelineEntry } from '#gen/belay/v1/audit_service.ts';
import { BelayError, messageOf } from '#lib/errors.ts';
import { readEvents } from '../audit/read-events.ts';
import { call } from '../connection/call.ts';
import type { Session } from '../frame/session.ts';
import {
  isRecordedType,
  readRecorded,
  RECORDED_TYPES,
  type RecordedEvent,
  type Recording,
} from './recorded-event.ts';

/** Everything that was recorded since then, from the Belay that is meant. */
export async function readFromAudit(session: Session, since: Date): Promise<Recording> {
  const { AuditServiceClient } = await import('#gen/belay/v1/audit_service.ts');
  const { entries } = await call(session, AuditServiceClient, (client) =>
    readEvents(client.queryEvents, { since, types: [...RECORDED_TYPES] }),
  );
  const withData = entries.filter(({ dataJson }) => dataJson !== '');
  return {
    events: withData.flatMap((entry) => readEntry(entry)),
    withoutData: entries.length - withData.length,
  };
}

/** One that is not as this version knows it would be left out of the answer without a word. */
function readEntry({ type, eventId, dataJson }: TimelineEntry): RecordedEvent[] {
  if (!isRecordedType(type)) return [];
  try {
    return [readRecorded(type, JSON.parse(dataJson))];
  } catch (error) {
    throw new BelayError('unavailable', 'the history cannot be read', {
      code: 'HISTORY_UNREADABLE',
      why: `event ${eventId}: ${messageOf(error)}`,
      next: 'run this with the version that recorded it',
      cause: error,
    });
  }
}
