import type { Handler } from '#lib/bus/pipeline.ts';
import type { Case } from '../domain/cases/case.ts';
import type { Cases } from '../ports.ts';
import { type CancelOptions, cancelForIncident } from './cancel-for-incident.ts';
import { stepOf } from './case-events.ts';
import { readDraft } from './draft.ts';

export interface IncidentResolvedOptions extends CancelOptions {
  readonly cases: Pick<Cases, 'resolved' | 'cancelled'>;
}

/**
 * The incident is over: nothing waits for it any more, and what has not begun does not begin. It says nothing about
 * what has.
 */
export function incidentResolvedHandler(options: IncidentResolvedOptions): Handler<'IncidentResolved'> {
  return async ({ data }, { now }) => {
    const at = data.resolvedAt as Date;
    const end = stepOf({ type: 'resolved' }, now);
    await options.cases.resolved(data.incidentId, at, (current) =>
      isOfALaterEpisode(current, at) ? { next: current, events: [] } : end(current),
    );
    // Behind the row of the incident: a grant that takes its slot after this sees that it is over.
    return cancelForIncident({ incidentId: data.incidentId, endedAt: at }, options, now);
  };
}

/** Both times are of the service that knows episodes. */
function isOfALaterEpisode({ record }: Case, resolvedAt: Date): boolean {
  const reportedAt = readDraft(record).incident?.reportedAt;
  return reportedAt !== undefined && reportedAt > resolvedAt;
}
