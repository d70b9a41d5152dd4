import type { GetIncidentResponse, TimelineEntry } from '#gen/belay/v1/audit_service.ts';
import { BelayError } from '#lib/errors.ts';
import { call } from '../../connection/call.ts';
import { type ExitCode, exitCodes } from '../../frame/exit-codes.ts';
import type { Session } from '../../frame/session.ts';
import { showIncident } from './show.ts';

const EVERY_MS = 250;

/** Follows an incident to its end and shows it. 0 only when it was fixed and verified. */
export async function waitForOutcome(incidentId: string, session: Session): Promise<ExitCode> {
  const { found, verified } = await incidentOutcome(incidentId, session);
  await session.out.print(showIncident(found));
  return verified ? exitCodes.done : exitCodes.no;
}

export interface IncidentOutcome {
  readonly found: GetIncidentResponse;
  readonly verified: boolean;
}

export async function incidentOutcome(incidentId: string, session: Session): Promise<IncidentOutcome> {
  const deadlineMs = session.clock.monotonicMs() + session.globals.timeoutMs;
  while (session.clock.monotonicMs() < deadlineMs) {
    const found = await look(incidentId, session);
    if (found && isOver(found.timeline)) return { found, verified: isVerified(found.timeline) };
    await session.clock.sleep(EVERY_MS);
  }
  throw new BelayError('timeout', `${incidentId} is not settled yet`, {
    code: 'NOT_SETTLED',
    why: `waited ${session.globals.timeoutMs / 1_000} s; it goes on without you`,
    next: `${session.invokedAs} incident show ${incidentId}`,
  });
}

/** The projection is a moment behind the log: not there yet is no error. */
async function look(id: string, session: Session): Promise<GetIncidentResponse | undefined> {
  const { AuditServiceClient } = await import('#gen/belay/v1/audit_service.ts');
  try {
    return await call(session, AuditServiceClient, (client) => client.getIncident({ id }));
  } catch (error) {
    if (error instanceof BelayError && error.kind === 'not_found') return undefined;
    throw error;
  }
}

/** Every order ends settled, and every decision closed: the last decision's end is the incident's. */
function isOver(timeline: readonly TimelineEntry[]): boolean {
  const made = timeline.filter((entry) => entry.type === 'DecisionMade').length;
  return made > 0 && timeline.filter((entry) => entry.type === 'DecisionClosed').length >= made;
}

const isVerified = (timeline: readonly TimelineEntry[]): boolean =>
  timeline.some((entry) => entry.type === 'ActionVerified' && entry.dataJson.includes('"VERDICT_VERIFIED"'));
