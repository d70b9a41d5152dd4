import type { Handler } from '#lib/bus/pipeline.ts';
import type { Case } from '../domain/cases/case.ts';
import type { Cases } from '../ports.ts';
import { stepOf } from './case-events.ts';
import { readDraft } from './draft.ts';

/** The incident is over: nothing waits for it any more. It says nothing about any action. */
export function incidentResolvedHandler(cases: Pick<Cases, 'resolved'>): Handler<'IncidentResolved'> {
  return async ({ data }, { now }) => {
    const at = data.resolvedAt as Date;
    const end = stepOf({ type: 'resolved' }, now);
    await cases.resolved(data.incidentId, at, (current) =>
      isOfALaterEpisode(current, at) ? { next: current, events: [] } : end(current),
    );
    return [];
  };
}

/** Both times are of the service that knows episodes. */
function isOfALaterEpisode({ record }: Case, resolvedAt: Date): boolean {
  const reportedAt = readDraft(record).incident?.reportedAt;
  return reportedAt !== undefined && reportedAt > resolvedAt;
}
