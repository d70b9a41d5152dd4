import type { DecisionMade, OrderIssued } from '#gen/belay/v1/decision.ts';
import { OrderPhase } from '#gen/belay/v1/decision.ts';
import type { IncidentReported } from '#gen/belay/v1/incident.ts';
import type { Handler } from '#lib/bus/pipeline.ts';
import { type ControlState, engagedSwitch } from '#lib/control/control-state.ts';
import { deriveId } from '#lib/ids.ts';
import { planDigest } from '#lib/plan/plan-digest.ts';
import { resolvePlan } from '#lib/runbook/resolve-plan.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { decide, lacking } from '../domain/decide.ts';
import type { Decision, Facts, Policy } from '../domain/decision.ts';
import type { ConcurrencyLimits } from '../domain/guardrails/slot-wants.ts';
import type { Guardrails } from '../ports.ts';
import { type Draft, eventsOf, writeDraft } from './draft.ts';
import { incidentFacts } from './incident-facts.ts';
import { planOf } from './plan-of.ts';
import { slotLimitsOf, slotWantsOf } from './slot-wants.ts';
import { toProtoCheck, toProtoMode, toProtoRisk, toRunbookRef } from './to-proto.ts';

export interface DecideOptions {
  readonly guardrails: Guardrails;
  readonly runbooks: readonly Runbook[];
  readonly controls: () => ControlState;
  readonly targets: readonly string[];
  readonly policy: Policy & { readonly actWithinMs: number; readonly concurrency: ConcurrencyLimits };
}

/** Facts, decision, guardrails, events. The guardrails keep the first answer, and that one is published. */
export function incidentReportedHandler(options: DecideOptions): Handler<'IncidentReported'> {
  return async ({ id, data }, { now }) => {
    const draft = draftOf(data, id, options, now);
    const { decisionId } = draft.made;
    const wants = draft.issued && slotWantsOf(draft.issued);
    return eventsOf(await options.guardrails.decide({ decisionId, wants, record: writeDraft(draft), now }));
  };
}

function draftOf(data: IncidentReported, eventId: string, options: DecideOptions, now: Date): Draft {
  const facts = factsOf(data, options);
  const decided = decide(facts, options.policy, now);
  const { incidentId } = data;
  // One decision for each report: an episode that opens again is decided again.
  const ids = { decisionId: deriveId('dec', incidentId, eventId), incidentId };
  const { decision, issued } = orderOf(decided, data, ids, options, now);
  return { made: madeOf(decision, data, ids, now), issued, escalate: escalationOf(decision) };
}

interface Ids {
  readonly decisionId: string;
  readonly incidentId: string;
}

function factsOf(data: IncidentReported, { runbooks, controls, targets }: DecideOptions): Facts {
  const incident = incidentFacts(data);
  const engaged = engagedSwitch(controls(), incident.resource?.target ?? '');
  return {
    incident,
    runbooks,
    targets,
    killSwitch: { engaged: engaged !== undefined, reason: engaged?.reason ?? '' },
  };
}

/** Where the decision is to act: the order. A plan that lacks a fact is left to people. */
function orderOf(
  decision: Decision,
  data: IncidentReported,
  ids: Ids,
  { policy }: DecideOptions,
  now: Date,
): { decision: Decision; issued: OrderIssued | undefined } {
  const { runbook } = decision;
  if (decision.mode !== 'auto_execute' || !runbook || !data.resource) return { decision, issued: undefined };
  const resolved = resolvePlan(runbook, { ...incidentFacts(data), parameters: {} });
  if (!resolved.ok) {
    const missing = resolved.missing.length > 0 ? `no ${resolved.missing.join(', ')}` : 'not as it must be';
    return { decision: lacking(decision, runbook, missing, resolved.why), issued: undefined };
  }
  const plan = planOf(runbook, resolved, { resource: data.resource, service: data.service });
  const issued: OrderIssued = {
    actionId: deriveId('act', ids.decisionId, 'execute'),
    ...ids,
    phase: OrderPhase.EXECUTE,
    target: data.resource.target,
    plan,
    planDigest: planDigest(plan),
    runbook: toRunbookRef(runbook),
    mode: toProtoMode(decision.mode),
    issuedAt: now,
    actBefore: new Date(now.getTime() + policy.actWithinMs),
    approvalId: '',
    ofActionId: '',
    externalId: data.externalId,
    slotLimits: slotLimitsOf(runbook.guardrails, policy.concurrency),
    // The guardrails say whether it is.
    trial: false,
    checks: [],
    approvedPlanHash: '',
    maxRisk: plan.risk,
    lapsed: false,
  };
  return { decision, issued };
}

function madeOf(decision: Decision, data: IncidentReported, ids: Ids, now: Date): DecisionMade {
  return {
    ...ids,
    attempt: 1,
    mode: toProtoMode(decision.mode),
    runbook: decision.runbook && toRunbookRef(decision.runbook),
    resource: data.resource,
    service: data.service,
    risk: toProtoRisk(decision.risk),
    checks: decision.checks.map(toProtoCheck),
    code: decision.code,
    summary: decision.summary,
    retryAt: undefined,
    wouldHave: toProtoMode(decision.wouldHave),
    decidedAt: now,
    incidentStartedAt: data.startedAt,
    externalId: data.externalId,
  };
}

/** Whom to tell when nothing is done. Without a runbook there is nobody but the on-call. */
const escalationOf = ({ runbook }: Decision): string =>
  runbook?.escalation.onGuardrailFailure ?? 'page_on_call';
