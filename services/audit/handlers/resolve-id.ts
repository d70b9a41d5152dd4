import { ambiguousId, ENOUGH_CANDIDATES } from '#lib/ambiguous-id.ts';
import { BelayError } from '#lib/errors.ts';
import type { History } from '../ports.ts';

/** An id, the number that people know it by, or the beginning of an id that no other one has. */
export async function resolveIncident(history: History, id: string): Promise<string> {
  const candidates = await history.incidentsStartingWith(id, ENOUGH_CANDIDATES);
  if (candidates[0] === id) return id;
  const known = await history.newestIncidentKnownAs(id);
  return known ?? theOnly(candidates, id, 'incident');
}

/** A decision in the same ways, or the newest one of an incident. */
export async function resolveDecision(history: History, id: string): Promise<string> {
  const candidates = await history.decisionsStartingWith(id, ENOUGH_CANDIDATES);
  if (candidates.length > 0) return candidates[0] === id ? id : theOnly(candidates, id, 'decision');
  const incidentId = await resolveIncident(history, id);
  const newest = await history.newestDecisionOf(incidentId);
  if (newest !== undefined) return newest;
  throw new BelayError('not_found', `nothing has been decided on ${incidentId} yet`, {
    code: 'NOT_DECIDED',
    field: 'id',
    next: `belay incident show ${incidentId}`,
  });
}

export function isNotFound(error: unknown): boolean {
  return error instanceof BelayError && error.kind === 'not_found';
}

function theOnly(candidates: readonly string[], id: string, kind: 'incident' | 'decision'): string {
  const [only, ...others] = candidates;
  if (only === undefined) throw unknown(id, kind);
  if (others.length === 0) return only;
  throw ambiguousId(id, `${kind}s`, candidates);
}

function unknown(id: string, kind: 'incident' | 'decision'): BelayError {
  return new BelayError('not_found', `no ${kind} is known as ${id}`, {
    code: kind === 'incident' ? 'INCIDENT_NOT_FOUND' : 'DECISION_NOT_FOUND',
    field: 'id',
    why: 'nothing about it has been recorded, or not yet',
    next: 'belay audit query --since 24h, which shows what is known',
  });
}
