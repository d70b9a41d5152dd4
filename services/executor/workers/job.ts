import type { Risk } from '#gen/belay/v1/common.ts';
import { Risk as RiskLevel } from '#gen/belay/v1/common.ts';
import { Order } from '#gen/belay/v1/order.ts';
import type { PlanStep } from '#gen/belay/v1/plan.ts';
import { BelayError } from '#lib/errors.ts';
import type { ConditionFacts } from '#lib/runbook/conditions/bind-facts.ts';
import { fromValues } from '#lib/plan/values.ts';
import type { Action, ActionContext } from '../actions/action.ts';
import { actionNamed } from '../actions/catalogue.ts';
import type { Facts, Limits } from '../domain/observation.ts';
import type { Clock } from '#lib/clock.ts';
import type { Cluster, Ledger, LedgerRow } from '../ports.ts';

/** A ledger row with its order read: everything that carrying it out needs. */
export interface Job {
  readonly row: LedgerRow;
  readonly order: Order;
  readonly step: PlanStep;
  readonly action: Action<never>;
  readonly args: never;
  readonly context: ActionContext;
  readonly before: Facts;
  readonly verificationMs: number;
  /** What every event of this action carries. */
  readonly ids: Pick<Order, 'actionId' | 'decisionId' | 'incidentId' | 'target'>;
}

export interface JobSources {
  readonly cluster: Cluster;
  readonly ledger: Pick<Ledger, 'hold' | 'begunSince'>;
  readonly clock: Clock;
  /** Facts from elsewhere than the target and the order: history, dependencies. */
  readonly known?: ConditionFacts;
}

const HOUR_MS = 3_600_000;

export function readJob(row: LedgerRow, { cluster, ledger, clock, known }: JobSources): Job {
  const order = Order.decode(row.orderBytes);
  const { actionId, decisionId, incidentId, target, plan } = order;
  const step = plan?.steps[0];
  const action = step && actionNamed(step.action);
  if (!plan || !step || !action) {
    throw new BelayError('internal', `the ledger has an order that cannot be carried out: ${actionId}`, {
      code: 'LEDGER_UNREADABLE',
    });
  }
  return {
    row,
    order,
    step,
    action,
    args: action.parse(fromValues(step.arguments)),
    context: {
      cluster,
      limits: limitsOf(plan),
      hold: async (owner) => {
        const holder = await ledger.hold(row, owner);
        return { holder, isHeld: holder === row.actionId };
      },
      recentActions: (owner) => ledger.begunSince(owner, row, new Date(clock.now().getTime() - HOUR_MS)),
      known: { incident: incidentOf(order), now: clock.now(), ...known },
    },
    before: row.before ?? {},
    verificationMs: (plan.verification?.timeoutSeconds ?? 0) * 1_000,
    ids: { actionId, decisionId, incidentId, target },
  };
}

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

const RISKS = { low: RiskLevel.LOW, medium: RiskLevel.MEDIUM, high: RiskLevel.HIGH } as const;

export const riskOf = (risk: keyof typeof RISKS): Risk => RISKS[risk];
