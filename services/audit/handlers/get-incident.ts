import type {
  GetIncidentRequest,
  GetIncidentResponse,
  IncidentSummary,
} from '#gen/belay/v1/audit_service.ts';
import { closedAt, type IncidentFact, incidentOutcome } from '../domain/incident-outcome.ts';
import type { History, IncidentEntry } from '../ports.ts';
import { resolveIncident } from './resolve-id.ts';
import { toTimeline } from './to-timeline.ts';

export async function getIncident(
  history: History,
  request: GetIncidentRequest,
): Promise<GetIncidentResponse> {
  const id = await resolveIncident(history, request.id);
  const entries = await history.incidentTimeline(id);
  return { incident: summarise(id, entries), timeline: toTimeline(entries) };
}

/** Of several reports the first says what it was about, and an empty answer is better than none. */
function summarise(incidentId: string, entries: readonly IncidentEntry[]): IncidentSummary {
  const facts = entries.map(toFact);
  const first = (name: 'externalId' | 'service' | 'symptom' | 'probableCause') =>
    entries.find((entry) => entry[name] !== '')?.[name] ?? '';
  const began = entries.find(({ episodeStartedAt }) => episodeStartedAt !== undefined);
  return {
    incidentId,
    externalId: first('externalId'),
    service: first('service'),
    symptom: first('symptom'),
    probableCause: first('probableCause'),
    outcome: incidentOutcome(facts),
    startedAt: began?.episodeStartedAt ?? entries[0]?.time,
    closedAt: closedAt(facts),
  };
}

function toFact({ type, time, decisionId, actionId, outcome, mode }: IncidentEntry): IncidentFact {
  return { type, time, decisionId, actionId, outcome, mode: mode.replace(/^MODE_/, '').toLowerCase() };
}
