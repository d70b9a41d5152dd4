import type { Handler } from '#lib/bus/pipeline.ts';
import type { Cases } from '../ports.ts';
import { stepOf } from './case-events.ts';

/** A channel confirms that it told people of the incident: from now on their silence means something. */
export function notificationSentHandler(
  cases: Pick<Cases, 'pendingOf' | 'advance'>,
): Handler<'NotificationSent'> {
  return async ({ data }, { now }) => {
    if (data.error !== '') return [];
    for (const { decisionId, request } of await cases.pendingOf(data.incidentId)) {
      // What was sent before the question was something else.
      if (request && (data.sentAt as Date) >= request.at)
        await cases.advance(decisionId, stepOf({ type: 'notified' }, now));
    }
    return [];
  };
}
