import type { GetIncidentResponse } from '#gen/belay/v1/audit_service.ts';
import type { RunRunbookResponse } from '#gen/belay/v1/runbook_service.ts';
import { BelayError } from '#lib/errors.ts';
import { sayUnknownOutcomes } from '../audit/unknown-outcomes.ts';
import { isSettled, isVerified } from '../commands/incident/episode.ts';
import { showIncident } from '../commands/incident/show.ts';
import { lookAtIncident } from '../commands/incident/wait-for-outcome.ts';
import { call } from '../connection/call.ts';
import { printApproval } from '../approval/print-approval.ts';
import { type ExitCode, exitCodes } from '../frame/exit-codes.ts';
import type { Session } from '../frame/session.ts';
import { printRun } from './print-run.ts';

const EVERY_MS = 250;

/** Follows a run to its end and shows it: what was done, or of a dry run the plan. */
export async function waitForRun(run: RunRunbookResponse, session: Session): Promise<ExitCode> {
  session.say(`${run.summary} ${run.next}`);
  const { timeline, ...found } = await settled(run, session);
  const planned = timeline.some(({ type }) => type === 'ApprovalRequested');
  if (run.code === DRY_RUN && planned) {
    await printPlan(run, session);
    return exitCodes.done;
  }
  if (run.approvalId === '' && !timeline.some(({ type }) => type === 'OrderIssued'))
    await printRun(run, session);
  else await session.out.print(showIncident({ timeline, ...found }));
  sayUnknownOutcomes(timeline, session);
  return isVerified(timeline) ? exitCodes.done : exitCodes.no;
}

const DRY_RUN = 'dry_run';

async function settled(
  { runId, incidentId }: RunRunbookResponse,
  session: Session,
): Promise<GetIncidentResponse> {
  const deadlineMs = session.clock.monotonicMs() + session.globals.timeoutMs;
  while (session.clock.monotonicMs() < deadlineMs) {
    const found = await lookAtIncident(incidentId, session);
    if (found && isSettled(found.timeline)) return found;
    await session.clock.sleep(EVERY_MS);
  }
  throw new BelayError('timeout', `${runId} is not settled yet`, {
    code: 'NOT_SETTLED',
    why: `waited ${session.globals.timeoutMs / 1_000} s; it goes on without you`,
    next: `${session.invokedAs} incident show ${runId}`,
  });
}

async function printPlan({ approvalId: id }: RunRunbookResponse, session: Session): Promise<void> {
  const { ApprovalServiceClient } = await import('#gen/belay/v1/approval_service.ts');
  const { approval } = await call(session, ApprovalServiceClient, (c) => c.getApproval({ id }));
  if (approval) await printApproval(approval, session);
}
