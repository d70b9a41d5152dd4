import type { IncidentReported } from '#gen/belay/v1/incident.ts';
import type { IncidentFacts } from '../domain/decision.ts';

/** The event in the domain's words. */
export function incidentFacts(data: IncidentReported): IncidentFacts {
  return {
    incidentId: data.incidentId,
    service: data.service,
    symptom: data.symptom,
    probableCause: data.probableCause,
    confidence: data.confidence,
    resource: data.resource,
    labels: data.labels,
    context: data.context,
    affectedServices: data.affectedServices,
    // The decoder has refused events without it.
    reportedAt: data.reportedAt as Date,
  };
}
