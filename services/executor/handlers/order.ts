import { OrderPhase } from '#gen/belay/v1/decision.ts';
import { Mode, type Resource } from '#gen/belay/v1/common.ts';
import type { Order } from '#gen/belay/v1/order.ts';
import type { PlanStep } from '#gen/belay/v1/plan.ts';
import type { Handler, HandlerContext } from '#lib/bus/pipeline.ts';
import { BelayError } from '#lib/errors.ts';
import { outgoing } from '#lib/events/event.ts';
import { planDigest } from '#lib/plan/plan-digest.ts';
import { fromValues } from '#lib/plan/values.ts';
import type { ActedOn, PlannedAction } from '../actions/action.ts';
import { actionNamed, plannedActionNamed } from '../actions/catalogue.ts';
import { UNSUPPORTED_KIND } from '../actions/kubernetes/workload-arguments.ts';
import type { Ledger, TakeCancel, TakeOrder } from '../ports.ts';

export interface OrderHandlerOptions {
  readonly ledger: Pick<Ledger, 'lookUp'>;
  readonly take: TakeOrder;
  readonly cancel: TakeCancel;
}

interface Refusal {
  readonly code: string;
  readonly reason: string;
}

/** Takes an order in: a row in the ledger, or a refusal. The signature was checked before this. */
export function orderHandler({ ledger, take, cancel }: OrderHandlerOptions): Handler<'Order'> {
  return async ({ data: order }, context) => {
    if (order.phase === OrderPhase.CANCEL) return takeCancel(order, cancel, context.now);
    const refusal = refusalOf(order, context.now);
    if (!refusal) {
      const taken = await take(order, traceparentOf(context), context.now);
      return taken === 'conflict' ? [refused(order, DIGEST_CONFLICT, context.now)] : [];
    }
    // An order that comes again after it has expired was not refused the first time.
    const known = await ledger.lookUp(order.actionId, order.planDigest);
    if (known === 'known') return [];
    return [refused(order, known === 'conflict' ? DIGEST_CONFLICT : refusal, context.now)];
  };
}

/** Takes effect at intake: whoever drives the action looks before it begins. What has begun goes on. */
async function takeCancel(order: Order, cancel: TakeCancel, now: Date) {
  if (order.ofActionId === '') return [refused(order, OF_NOTHING, now)];
  await cancel(order.ofActionId, { reason: order.reason }, now);
  return [];
}

const OF_NOTHING: Refusal = { code: 'no_action', reason: 'the order names no action that it would stop' };

const DIGEST_CONFLICT: Refusal = {
  code: 'digest_conflict',
  reason: 'this action id is known with another plan',
};

function refusalOf(order: Order, now: Date): Refusal | undefined {
  const { plan, actBefore } = order;
  if (!PHASES.includes(order.phase) || !plan) {
    return {
      code: 'unsupported_phase',
      reason: 'this executor plans, executes and cancels, by orders with a plan',
    };
  }
  if (planDigest(plan) !== order.planDigest) {
    return { code: 'wrong_digest', reason: 'the plan is not the one that the digest stands for' };
  }
  if (!actBefore || actBefore <= now) {
    return { code: 'expired', reason: `the order was to be begun before ${actBefore?.toISOString()}` };
  }
  const [step, ...more] = plan.steps;
  if (!step || more.length > 0) {
    return {
      code: 'unsupported_plan',
      reason: `the plan has ${plan.steps.length} steps; this executor carries out one`,
    };
  }
  const action = plannedActionNamed(step.action);
  if (!action) return { code: 'unknown_action', reason: `this executor does not know ${step.action}` };
  if (isExecute(order) && !actionNamed(step.action)) {
    return { code: 'not_carried_out', reason: `this executor plans ${step.action}, and does not do it yet` };
  }
  if (order.mode === Mode.APPROVAL_REQUIRED && isExecute(order) && order.approvedPlanHash === '') {
    return { code: 'not_approved', reason: 'the order needs an approval and names no approved plan' };
  }
  return refusalOfArguments(action, step, plan.resource);
}

const isExecute = ({ phase }: Order): boolean => phase === OrderPhase.EXECUTE;

const PHASES: readonly OrderPhase[] = [OrderPhase.PLAN, OrderPhase.EXECUTE];

/** What is acted on is what was decided about, locked and explained, whatever a runbook has written out. */
function refusalOfArguments(
  action: PlannedAction<never>,
  step: PlanStep,
  resource: Resource | undefined,
): Refusal | undefined {
  try {
    const actedOn = nameOf(action.resource(action.parse(fromValues(step.arguments))));
    const decided = resource ? nameOf(resource) : 'nothing';
    if (actedOn === decided) return undefined;
    const reason = `the step acts on ${actedOn}, the decision is about ${decided}`;
    return { code: 'other_resource', reason };
  } catch (error) {
    if (!(error instanceof BelayError) || error.kind !== 'invalid') throw error;
    const code = error.code === UNSUPPORTED_KIND ? 'unsupported_kind' : 'bad_argument';
    return { code, reason: error.message };
  }
}

/** Detectors write kinds as they like. */
const nameOf = ({ kind, namespace, name }: ActedOn): string => `${kind.toLowerCase()} ${namespace}/${name}`;

function refused(order: Order, { code, reason }: Refusal, now: Date) {
  const { actionId, decisionId, incidentId, target, phase } = order;
  return outgoing('ActionRefused', {
    actionId,
    decisionId,
    incidentId,
    target,
    code,
    reason,
    refusedAt: now,
    phase,
  });
}

const traceparentOf = ({ record }: HandlerContext): string =>
  record.headers['traceparent']?.toString('latin1') ?? '';
