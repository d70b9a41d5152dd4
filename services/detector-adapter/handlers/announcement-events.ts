import { ResolveReason as ProtoReason } from '#gen/belay/v1/incident.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import { toActor } from '#lib/events/to-actor.ts';
import { deriveId } from '#lib/ids.ts';
import type { Announcement, CoolingEpisode, OpenEpisode, ResolveReason } from '../domain/episode.ts';
import type { Actor } from '../domain/report.ts';

type Incident = Pick<OpenEpisode | CoolingEpisode, 'incidentId' | 'service' | 'startedAtMs'>;

/** What is told of a change: the same, with the same ids, whoever tells it and however often. */
export function announcementEvents(incident: Incident, announcement: Announcement): OutgoingEvent[] {
  return announcement.kind === 'reported'
    ? [reported(incident, announcement)]
    : resolved(incident, announcement);
}

type Of<K extends Announcement['kind']> = Extract<Announcement, { kind: K }>;

function reported(
  { incidentId, service, startedAtMs }: Incident,
  { atMs, reopened, report }: Of<'reported'>,
): OutgoingEvent {
  return outgoing('IncidentReported', {
    incidentId,
    service,
    source: report.source,
    fingerprint: report.fingerprint,
    startedAt: new Date(startedAtMs),
    reportedAt: new Date(atMs),
    symptom: report.symptom,
    probableCause: report.probableCause,
    confidence: report.confidence,
    resource: report.resource && { ...report.resource, uid: '' },
    labels: { ...report.labels },
    context: { ...report.context },
    affectedServices: [...report.affectedServices],
    summary: report.summary,
    reopened,
    externalId: report.externalId,
    reportedBy: toActor(report.reportedBy),
  });
}

function resolved(
  { incidentId, service }: Incident,
  { atMs, reason, by, words }: Of<'resolved'>,
): OutgoingEvent[] {
  const at = new Date(atMs);
  const event = outgoing('IncidentResolved', {
    incidentId,
    service,
    reason: REASONS[reason],
    resolvedAt: at,
    resolvedBy: by && toActor(by),
  });
  if (reason !== 'person' || !by) return [event];
  return [event, resolveCommand({ incidentId, by, words, result: 'ok', at })];
}

export interface ResolveCommand {
  readonly incidentId: string;
  readonly by: Actor;
  readonly words: string;
  /** ok, or the code of the refusal. */
  readonly result: string;
  readonly at: Date;
}

/** What a person asked for, and what came of it. */
export function resolveCommand({ incidentId, by, words, result, at }: ResolveCommand): OutgoingEvent {
  const command = 'DetectorService/ResolveIncident';
  return outgoing('CommandGiven', {
    actor: toActor(by),
    command,
    subject: incidentId,
    reason: words,
    result,
    givenAt: at,
    commandId: deriveId('cmd', command, incidentId, by.name, at.toISOString()),
  });
}

const REASONS: Readonly<Record<ResolveReason, ProtoReason>> = {
  source: ProtoReason.SOURCE,
  stale: ProtoReason.STALE,
  person: ProtoReason.PERSON,
};
