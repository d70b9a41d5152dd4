import { ActionPlanned } from '#gen/belay/v1/action.ts';
import type { ApprovalRequested } from '#gen/belay/v1/decision.ts';
import { IncidentReported } from '#gen/belay/v1/incident.ts';
import { approvalIdOf } from '../domain/cases/approval-id.ts';
import type { Case } from '../domain/cases/case.ts';
import { type Draft, readDraft } from './draft.ts';
import { actionIdOf } from './order-of.ts';
import { toLapsePolicy } from './to-proto.ts';

/** Everything that a person needs to say yes or no: what was found, what would change, and what if it goes wrong. */
export function approvalRequestOf(asked: Case): ApprovalRequested {
  const { decisionId, incidentId, request } = asked;
  const draft = readDraft(asked.record);
  return {
    approvalId: approvalIdOf(decisionId),
    decisionId,
    incidentId,
    actionId: actionIdOf(decisionId, 'execute'),
    ...decisionPart(draft),
    ...incidentPart(draft, asked),
    ...planPart(draft, asked),
    ...rulesPart(asked),
    requestedAt: request?.at,
    deadline: request?.deadline,
  };
}

const decisionPart = ({ made, byHand }: Draft) => ({
  checks: made.checks,
  runbook: made.runbook,
  service: made.service,
  externalId: made.externalId,
  byHand,
});

function incidentPart({ incident }: Draft, { asks }: Case) {
  // Unknown after a rebuild of the store: the decision still says what it was made from.
  const { symptom, probableCause, confidence = 0, summary, context, reportedBy } = incident ?? NOT_KNOWN;
  const requestedBy = asks?.requester === undefined ? undefined : reportedBy;
  return { symptom, probableCause, confidence, summary, context, requestedBy };
}

const NOT_KNOWN = IncidentReported.fromPartial({});

function planPart({ issued }: Draft, { planned }: Case) {
  const found = planned ? ActionPlanned.fromJSON(JSON.parse(planned.record)) : ActionPlanned.fromPartial({});
  const { before, changes, liveRisk, checks: liveChecks, resource = issued?.plan?.resource } = found;
  // The resource as it was found, with its uid.
  const plan = issued?.plan && { ...issued.plan, resource };
  return { planHash: planned?.hash ?? '', plan, before, changes, liveRisk, liveChecks };
}

function rulesPart({ asks }: Case) {
  const { approvers, quorum, onLapse } = asks ?? NOBODY_ASKED;
  return {
    approvers: [...approvers],
    quorum,
    onLapse: toLapsePolicy(onLapse),
    suggestionOnly: asks === undefined,
  };
}

const NOBODY_ASKED = { approvers: [], quorum: 0, onLapse: 'escalate' } as const;
