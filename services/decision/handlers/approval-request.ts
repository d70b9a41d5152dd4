import { ActionPlanned } from '#gen/belay/v1/action.ts';
import type { ApprovalRequested } from '#gen/belay/v1/decision.ts';
import { approvalIdOf } from '../domain/cases/approval-id.ts';
import type { Case } from '../domain/cases/case.ts';
import { LAPSES } from './case-events.ts';
import { readDraft } from './draft.ts';
import { actionIdOf } from './order-of.ts';

/** Everything that a person needs to say yes or no: what was found, what would change, and what if it goes wrong. */
export function approvalRequestOf({
  decisionId,
  incidentId,
  record,
  asks,
  planned,
  request,
}: Case): ApprovalRequested {
  const { made, issued, incident } = readDraft(record);
  const plan = planned && ActionPlanned.fromJSON(JSON.parse(planned.record));
  return {
    approvalId: approvalIdOf(decisionId),
    decisionId,
    incidentId,
    actionId: actionIdOf(decisionId, 'execute'),
    planHash: planned?.hash ?? '',
    // The resource as it was found, with its uid.
    plan: issued?.plan && { ...issued.plan, resource: plan?.resource ?? issued.plan.resource },
    approvers: [...(asks?.approvers ?? [])],
    quorum: asks?.quorum ?? 0,
    deadline: request?.deadline,
    onLapse: LAPSES[asks?.onLapse ?? 'escalate'],
    suggestionOnly: asks === undefined,
    before: plan?.before ?? {},
    changes: plan?.changes ?? [],
    checks: made.checks,
    requestedAt: request?.at,
    runbook: made.runbook,
    service: made.service,
    externalId: made.externalId,
    symptom: incident?.symptom ?? '',
    probableCause: incident?.probableCause ?? '',
    confidence: incident?.confidence ?? 0,
    summary: incident?.summary ?? '',
    context: incident?.context ?? {},
    liveRisk: plan?.liveRisk ?? 0,
    liveChecks: plan?.checks ?? [],
    requestedBy: asks?.requester === undefined ? undefined : incident?.reportedBy,
    byHand: '',
  };
}
