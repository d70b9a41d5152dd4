import { Mode } from '#gen/belay/v1/common.ts';
import type { DecisionMade } from '#gen/belay/v1/decision.ts';
import type { RunRunbookResponse } from '#gen/belay/v1/runbook_service.ts';
import { approvalIdOf } from '../../domain/cases/approval-id.ts';

/** What a run was answered with, and what happens next. It is the decision's own answer, whoever asks again. */
export function toRunResponse(made: DecisionMade, goesOn: boolean): RunRunbookResponse {
  const { externalId, incidentId, decisionId, runbook, mode, code, summary, checks, wouldHave } = made;
  const isPlanned = goesOn && mode !== Mode.AUTO_EXECUTE;
  const approvalId = isPlanned ? approvalIdOf(decisionId) : '';
  const next = nextOf(mode, goesOn, externalId, approvalId);
  const answer = { incidentId, decisionId, runbook, mode, code, summary, wouldHave, approvalId, next };
  return { runId: externalId, ...answer, checks: [...checks] };
}

function nextOf(mode: Mode, goesOn: boolean, runId: string, approvalId: string): string {
  if (!goesOn) return `Nothing more happens. Every check: belay decision why ${runId}`;
  if (mode === Mode.AUTO_EXECUTE) return `It is carried out and verified: belay incident show ${runId}`;
  if (mode === Mode.APPROVAL_REQUIRED)
    return `A second person approves it, once it is planned: belay approval show ${approvalId}`;
  return `A plan is made and shown, and nothing is done: belay approval show ${approvalId}`;
}
