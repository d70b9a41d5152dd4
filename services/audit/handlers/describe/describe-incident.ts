import { type IncidentReported, ResolveReason } from '#gen/belay/v1/incident.ts';
import type { DescribersOf } from './description.ts';
import { nameOf, resourceText } from './pieces.ts';

export const describeIncident: DescribersOf<'IncidentReported' | 'IncidentResolved'> = {
  IncidentReported: (data) => ({
    outcome: data.reopened ? 'reopened' : 'reported',
    text: `${symptomOf(data)}${causeOf(data)}, ${data.reopened ? 'reported again' : 'reported'}${reporterOf(data)}`,
    service: data.service,
    actor: nameOf(data.reportedBy),
  }),
  IncidentResolved: (data) => ({
    outcome: 'resolved',
    text: resolution(data.reason, nameOf(data.resolvedBy)),
    service: data.service,
    actor: nameOf(data.resolvedBy),
  }),
};

function symptomOf({ symptom, resource, service }: IncidentReported): string {
  return `${symptom || 'a problem'} on ${resourceText(resource) || service}`;
}

function causeOf({ probableCause, confidence }: IncidentReported): string {
  const certainty = confidence === undefined ? 'no confidence given' : `confidence ${confidence.toFixed(2)}`;
  return ` (${probableCause === '' ? 'no cause given' : `cause ${probableCause}`}, ${certainty})`;
}

function reporterOf({ reportedBy, source }: IncidentReported): string {
  const who = nameOf(reportedBy);
  return who === '' ? ` through ${source}` : ` by ${who} through ${source}`;
}

function resolution(reason: ResolveReason, who: string): string {
  switch (reason) {
    case ResolveReason.SOURCE:
      return 'resolved: its source says so';
    case ResolveReason.STALE:
      return 'resolved: its source fell silent';
    case ResolveReason.PERSON:
      return who === '' ? 'resolved by a person' : `resolved by ${who}`;
    default:
      return 'resolved';
  }
}
