import { Risk, type Resource } from '#gen/belay/v1/common.ts';
import { type OrderIssued, OrderPhase } from '#gen/belay/v1/decision.ts';
import type { IncidentReported } from '#gen/belay/v1/incident.ts';
import type { Order } from '#gen/belay/v1/order.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import { deriveId } from '#lib/ids.ts';
import { planDigest } from '#lib/plan/plan-digest.ts';
import { type ResolvedPlan, resolvePlan } from '#lib/runbook/resolve-plan.ts';
import type { ArgumentValue, Runbook } from '#lib/runbook/runbook.ts';
import { PLAN_WITHIN_MS } from '../domain/cases/next-case.ts';
import type { Mode } from '../domain/decision.ts';
import type { PolicyLimits } from '../domain/guardrails/slot-wants.ts';
import { incidentFacts } from './incident-facts.ts';
import { planOf } from './plan-of.ts';
import { slotLimitsOf, slotWantsOf } from './slot-wants.ts';
import { toProtoMode, toRunbookRef } from './to-proto.ts';

export type Phase = 'plan' | 'execute' | 'cancel' | 'rollback';

/** One of each phase belongs to a decision. */
export const actionIdOf = (decisionId: string, phase: Phase): string => deriveId('act', decisionId, phase);

export interface Ordered {
  readonly decisionId: string;
  readonly runbook: Runbook;
  readonly incident: IncidentReported & { readonly resource: Resource };
  /** Of a run by hand. */
  readonly parameters?: Readonly<Record<string, ArgumentValue>>;
  readonly mode: Mode;
  readonly phase: Extract<Phase, 'plan' | 'execute'>;
  readonly policy: { readonly actWithinMs: number } & PolicyLimits;
  readonly now: Date;
}

export type Issued =
  | { readonly ok: true; readonly issued: OrderIssued }
  | (ResolvedPlan & { readonly ok: false });

/** An order for the runbook as it applies to this incident, or why there can be none. */
export function issueOrder(ordered: Ordered): Issued {
  const { decisionId, runbook, incident, parameters = {}, mode, phase, policy, now } = ordered;
  const resolved = resolvePlan(runbook, { ...incidentFacts(incident), parameters });
  if (!resolved.ok) return resolved;
  const { incidentId, resource, service, externalId } = incident;
  const plan = planOf(runbook, resolved, { resource, service });
  const isPlan = phase === 'plan';
  const issued: OrderIssued = {
    actionId: actionIdOf(decisionId, phase),
    decisionId,
    incidentId,
    phase: isPlan ? OrderPhase.PLAN : OrderPhase.EXECUTE,
    target: resource.target,
    plan,
    planDigest: planDigest(plan),
    runbook: toRunbookRef(runbook),
    mode: toProtoMode(mode),
    issuedAt: now,
    actBefore: new Date(now.getTime() + (isPlan ? PLAN_WITHIN_MS : policy.actWithinMs)),
    approvalId: '',
    ofActionId: '',
    externalId,
    slotLimits: slotLimitsOf(runbook.guardrails, policy),
    // The guardrails say whether it is.
    trial: false,
    checks: [],
    approvedPlanHash: '',
    // Whatever it turns out to be, people see it.
    maxRisk: isPlan ? Risk.HIGH : plan.risk,
    lapsed: false,
    reason: '',
  };
  return { ok: true, issued };
}

/** Everything in an order follows from what was said about it, so that a lost one can be made again. */
export function orderOf(issued: OrderIssued): Order {
  const {
    externalId: _external,
    approvalId: _approval,
    slotLimits: _limits,
    trial: _trial,
    checks: _checks,
    lapsed: _lapsed,
    ...said
  } = issued;
  return { ...said, lockKey: slotWantsOf(issued).workload };
}

/** What was ordered, for everybody and for the executor. */
export const issuedEvents = (issued: OrderIssued): OutgoingEvent[] => [
  outgoing('OrderIssued', issued),
  outgoing('Order', orderOf(issued)),
];
