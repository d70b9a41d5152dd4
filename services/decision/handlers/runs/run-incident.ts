import type { Actor, Resource } from '#gen/belay/v1/common.ts';
import { IncidentReported } from '#gen/belay/v1/incident.ts';
import { deriveId } from '#lib/ids.ts';

export interface RunAbout {
  /** What tells this run from every other one. */
  readonly parts: readonly string[];
  readonly service: string;
  readonly resource: Resource | undefined;
  /** Shown to whoever is asked; nothing looks them up. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  readonly reason: string;
  readonly by: Actor;
  readonly at: Date;
}

/**
 * A run by hand or by schedule in the words of an incident, so that everything which decides on incidents decides on
 * runs. It is never published: nobody has reported anything.
 */
export function runIncident(about: RunAbout): IncidentReported {
  const incidentId = deriveId('inc', SOURCE, ...about.parts);
  return IncidentReported.fromPartial({
    incidentId,
    externalId: runIdOf(incidentId),
    service: about.service,
    source: SOURCE,
    fingerprint: incidentId,
    startedAt: about.at,
    reportedAt: about.at,
    confidence: 1,
    ...(about.resource && { resource: about.resource }),
    context: Object.fromEntries(
      // No name that anything looks up has a space.
      Object.entries(about.parameters).map(([name, value]) => [`parameter ${name}`, String(value)]),
    ),
    summary: about.reason,
    reportedBy: about.by,
  });
}

const SOURCE = 'run';
const SHOWN = 10;

/** Short enough to be read out: RUN-3f2a9c1e04. */
const runIdOf = (incidentId: string): string => `RUN-${incidentId.replace(/^inc-/, '').slice(0, SHOWN)}`;
