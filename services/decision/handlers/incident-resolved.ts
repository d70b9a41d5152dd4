import type { Handler } from '#lib/bus/pipeline.ts';
import type { Cases } from '../ports.ts';
import { stepOf } from './case-events.ts';

/** The incident is over: nothing waits for it any more. It says nothing about any action. */
export function incidentResolvedHandler(cases: Pick<Cases, 'resolved'>): Handler<'IncidentResolved'> {
  return async ({ data }, { now }) => {
    await cases.resolved(data.incidentId, data.resolvedAt as Date, stepOf({ type: 'resolved' }, now));
    return [];
  };
}
