import { z } from 'zod';
import { IncidentReported, IncidentResolved } from '#gen/belay/v1/incident.ts';
import { define, inTopic, stamp } from './event-definition.ts';
import {
  actor,
  fraction,
  id,
  known,
  listOf,
  name,
  resource,
  shortText,
  textMap,
  time,
} from './event-rules.ts';

const topic = inTopic('incident');

export const incidentEvents = {
  IncidentReported: define<IncidentReported>({
    topic,
    codec: IncidentReported,
    key: (e) => e.service,
    subject: (e) => e.incidentId,
    time: (e) => e.reportedAt,
    about: (e) => (e.reopened ? [e.incidentId, 'reopened', stamp(e.reportedAt)] : [e.incidentId]),
    rules: z.looseObject({
      incidentId: id,
      service: name,
      source: name,
      fingerprint: id,
      startedAt: time,
      reportedAt: time,
      symptom: shortText,
      probableCause: shortText,
      confidence: fraction.optional(),
      resource: resource.optional(),
      labels: textMap,
      context: textMap,
      affectedServices: listOf(name),
      reportedBy: actor.optional(),
    }),
  }),
  IncidentResolved: define<IncidentResolved>({
    topic,
    codec: IncidentResolved,
    key: (e) => e.service,
    subject: (e) => e.incidentId,
    time: (e) => e.resolvedAt,
    about: (e) => [e.incidentId, stamp(e.resolvedAt)],
    rules: z.looseObject({ incidentId: id, service: name, reason: known, resolvedAt: time }),
  }),
};
