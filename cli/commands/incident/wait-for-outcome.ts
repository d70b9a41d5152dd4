import type { GetIncidentResponse } from '#gen/belay/v1/audit_service.ts';
import { BelayError } from '#lib/errors.ts';
import { sayUnknownOutcomes } from '../../audit/unknown-outcomes.ts';
import { call } from '../../connection/call.ts';
import { type ExitCode, exitCodes } from '../../frame/exit-codes.ts';
import type { Session } from '../../frame/session.ts';
import { awaited } from './awaited.ts';
import { isResolved, isSettled, isVerified, reportsIn } from './episode.ts';
import { showIncident } from './show.ts';

const EVERY_MS = 250;

/** What reporting an incident was answered with. */
export interface Reported {
  readonly incidentId: string;
  /** Nothing new was published: what can be shown is what came of it before. */
  readonly alreadyOpen: boolean;
}

/** Follows an incident to its end and shows it, or what is known when time is up. 0 only when it was fixed and verified. */
export async function waitForOutcome(reported: Reported, session: Session): Promise<ExitCode> {
  const found = await follow(reported, session);
  if (found) await print(found, reported, session);
  if (!found || !isSettled(found.timeline)) throw notSettled(reported, found, session);
  return isVerified(found.timeline) ? exitCodes.done : exitCodes.no;
}

async function print(found: GetIncidentResponse, { alreadyOpen }: Reported, session: Session): Promise<void> {
  if (alreadyOpen) await printOpenAlready(found, session);
  else await session.out.print(showIncident(found));
  sayUnknownOutcomes(found.timeline, session);
}

export interface IncidentOutcome {
  readonly found: GetIncidentResponse;
  readonly verified: boolean;
}

export async function incidentOutcome(reported: Reported, session: Session): Promise<IncidentOutcome> {
  const found = await follow(reported, session);
  if (!found || !isSettled(found.timeline)) throw notSettled(reported, found, session);
  return { found, verified: isVerified(found.timeline) };
}

/** As far as it comes in time. Undefined where the report itself is not even recorded. */
async function follow(
  { incidentId, alreadyOpen }: Reported,
  session: Session,
): Promise<GetIncidentResponse | undefined> {
  const deadlineMs = session.clock.monotonicMs() + session.globals.timeoutMs;
  let reportsBefore: number | undefined;
  let newest: GetIncidentResponse | undefined;
  while (session.clock.monotonicMs() < deadlineMs) {
    const found = await lookAtIncident(incidentId, session);
    if (found) {
      const { timeline } = found;
      // Reported again after its end, and not told yet: the outcome that is there is the one before.
      reportsBefore ??= !alreadyOpen && isResolved(timeline) ? reportsIn(timeline) : 0;
      if (reportsIn(timeline) > reportsBefore) newest = found;
      if (newest && isSettled(timeline)) break;
    }
    await session.clock.sleep(EVERY_MS);
  }
  return newest;
}

function notSettled(
  { incidentId }: Reported,
  found: GetIncidentResponse | undefined,
  { globals, invokedAs }: Session,
): BelayError {
  const waits = awaited(found?.timeline ?? []);
  const command = waits ? NEXT[waits.what] : 'incident show';
  return new BelayError('timeout', `${incidentId} is not settled yet${waits ? `: ${waits.words}` : ''}`, {
    code: 'NOT_SETTLED',
    why: `waited ${globals.timeoutMs / 1_000} s; it goes on without you`,
    next: `${invokedAs} ${command} ${incidentId}`,
  });
}

const NEXT = { retry: 'decision why', approval: 'approval show' } as const;

/** The projection is a moment behind the log: not there yet is no error. */
export async function lookAtIncident(id: string, session: Session): Promise<GetIncidentResponse | undefined> {
  const { AuditServiceClient } = await import('#gen/belay/v1/audit_service.ts');
  try {
    return await call(session, AuditServiceClient, (client) => client.getIncident({ id }));
  } catch (error) {
    if (error instanceof BelayError && error.kind === 'not_found') return undefined;
    throw error;
  }
}

/** History must not be taken for what this report brought about. */
async function printOpenAlready(found: GetIncidentResponse, session: Session): Promise<void> {
  const id = found.incident?.incidentId ?? '';
  const shown = showIncident(found);
  const opened = found.timeline.findLast(({ type }) => type === 'IncidentReported')?.time;
  const decision = found.timeline.findLast(({ type }) => type === 'DecisionMade')?.text ?? 'nothing yet';
  const since = opened === undefined ? '' : ` since ${opened.toISOString()}`;
  const title = `${id} is open already${since}: nothing was done now. This is what came of it then:`;
  await session.out.print({
    ...shown,
    body: { ...shown.body, alreadyOpen: true, openSince: opened },
    table: (as) => ({ ...shown.table(as), title }),
  });
  session.say(`Open already${since}. Decided then: ${decision}`);
  session.say(
    `Nothing was done now. To have it considered again: ${session.invokedAs} incident resolve ${id} --reason "...", then report it again.`,
  );
}
