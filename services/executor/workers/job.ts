import type { Risk } from '#gen/belay/v1/common.ts';
import { Risk as RiskLevel } from '#gen/belay/v1/common.ts';
import { OrderPhase } from '#gen/belay/v1/decision.ts';
import { Order } from '#gen/belay/v1/order.ts';
import type { PlanStep } from '#gen/belay/v1/plan.ts';
import { BelayError } from '#lib/errors.ts';
import type { ConditionFacts } from '#lib/runbook/conditions/bind-facts.ts';
import { fromValues } from '#lib/plan/values.ts';
import type { Action, ActionContext, PlannedAction } from '../actions/action.ts';
import { actionNamed, plannedActionNamed } from '../actions/catalogue.ts';
import type { Facts, Limits, LiveRisk } from '../domain/observation.ts';
import type { Clock } from '#lib/clock.ts';
import type { Cluster, Ledger, LedgerRow } from '../ports.ts';

/** A ledger row with its order read: everything that planning it needs. */
export interface PlanJob {
  readonly row: LedgerRow;
  readonly order: Order;
  readonly step: PlanStep;
  readonly action: PlannedAction<never>;
  readonly args: never;
  readonly context: ActionContext;
  readonly before: Facts;
  readonly verificationMs: number;
  /** What every event of this action carries. */
  readonly ids: Pick<Order, 'actionId' | 'decisionId' | 'incidentId' | 'target'>;
}

/** One that may be carried out. */
export interface Job extends PlanJob {
  readonly action: Action<never>;
}

export interface JobSources {
  readonly cluster: Cluster;
  readonly ledger: Pick<Ledger, 'hold' | 'holderOf' | 'begunSince'>;
  readonly clock: Clock;
  /** Facts from elsewhere than the target and the order: history, dependencies. */
  readonly known?: ConditionFacts;
}

const HOUR_MS = 3_600_000;

export function readJob(row: LedgerRow, sources: JobSources): Job {
  const job = readPlanJob(row, sources);
  const action = actionNamed(job.step.action);
  if (!action) throw unreadable(row);
  return { ...job, action };
}

export function readPlanJob(row: LedgerRow, sources: JobSources): PlanJob {
  const order = Order.decode(row.orderBytes);
  const { actionId, decisionId, incidentId, target, plan } = order;
  const step = plan?.steps[0];
  const action = step && plannedActionNamed(step.action);
  if (!plan || !step || !action) throw unreadable(row);
  return {
    row,
    order,
    step,
    action,
    args: action.parse(fromValues(step.arguments)),
    context: contextOf(row, order, limitsOf(plan), sources),
    before: row.before ?? {},
    verificationMs: (plan.verification?.timeoutSeconds ?? 0) * 1_000,
    ids: { actionId, decisionId, incidentId, target },
  };
}

function contextOf(
  row: LedgerRow,
  order: Order,
  limits: Limits,
  { cluster, ledger, clock, known }: JobSources,
): ActionContext {
  const holderOf = (owner: string) =>
    order.phase === OrderPhase.PLAN ? ledger.holderOf(owner) : ledger.hold(row, owner);
  return {
    cluster,
    limits,
    hold: async (owner) => {
      const holder = (await holderOf(owner)) ?? row.actionId;
      return { holder, isHeld: holder === row.actionId };
    },
    recentActions: (owner) => ledger.begunSince(owner, row, new Date(clock.now().getTime() - HOUR_MS)),
    known: { incident: incidentOf(order), now: clock.now(), ...known },
  };
}

const unreadable = ({ actionId }: LedgerRow): BelayError =>
  new BelayError('internal', `the ledger has an order that cannot be carried out: ${actionId}`, {
    code: 'LEDGER_UNREADABLE',
  });

function limitsOf({ scope, limits, preChecks }: NonNullable<Order['plan']>): Limits {
  return {
    allowedNamespaces: scope?.allowedNamespaces ?? [],
    requiredLabels: scope?.requiredLabels ?? {},
    minimumReadyPeers: limits?.minimumReadyPeers ?? 0,
    maxPercentOfReplicas: limits?.maxPercentOfReplicas ?? 0,
    preChecks,
  };
}

/** What the order says of the incident. The rest is missing, and what asks for it does not hold. */
function incidentOf({ incidentId, plan }: Order): ConditionFacts {
  const { namespace, kind, name } = plan?.resource ?? {};
  return { id: incidentId, service: plan?.service, namespace, resourceKind: kind, resourceName: name };
}

const RISKS: Readonly<Record<LiveRisk, Risk>> = {
  low: RiskLevel.LOW,
  medium: RiskLevel.MEDIUM,
  high: RiskLevel.HIGH,
};

export const riskOf = (risk: LiveRisk): Risk => RISKS[risk];
