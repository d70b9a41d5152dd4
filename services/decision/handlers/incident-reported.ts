import type { Handler } from '#lib/bus/pipeline.ts';
import type { Cases } from '../ports.ts';
import { type DecideOptions, decideIncident } from './decide-incident.ts';

export interface IncidentReportedOptions extends DecideOptions {
  readonly cases: Pick<Cases, 'open' | 'reopened'>;
}

/** An episode that opens, or opens again, is decided. */
export function incidentReportedHandler(options: IncidentReportedOptions): Handler<'IncidentReported'> {
  return async ({ id, data }, { now }) => {
    if (data.reopened) await options.cases.reopened(data.incidentId, data.reportedAt as Date);
    return decideIncident({ incident: data, causeId: id, attempt: 1 }, options, now);
  };
}
