import { ActionPlanned } from '#gen/belay/v1/action.ts';
import { Risk } from '#gen/belay/v1/common.ts';
import { OrderPhase } from '#gen/belay/v1/decision.ts';
import type { Order } from '#gen/belay/v1/order.ts';
import { outgoing } from '#lib/events/event.ts';
import { publisher } from '#lib/platform/publisher.ts';
import { openSigning } from '#lib/platform/signing.ts';
import type { System } from './decision-system.ts';

/** The hash of the plan that the campaign's executor makes of whatever it is asked for. */
export const PLAN_HASH = 'sha256:campaign';

/** Plays the executor that is asked what would change: it answers at once, and says the same to every repeat. */
export function answerPlans({ bus, log, stack }: Pick<System, 'bus' | 'log' | 'stack'>): void {
  const publish = publisher(bus, 'campaign', openSigning(stack.signing).seal);
  log.on('Order', ({ data }) => {
    if (data.phase !== OrderPhase.PLAN) return;
    // A lost answer is a case that fails, which the judge sees.
    publish([outgoing('ActionPlanned', planFor(data))]).catch(() => {});
  });
}

function planFor({ actionId, decisionId, incidentId, target, plan, issuedAt }: Order): ActionPlanned {
  return ActionPlanned.fromPartial({
    ...{ actionId, decisionId, incidentId, target },
    resource: plan?.resource,
    planHash: PLAN_HASH,
    liveRisk: Risk.LOW,
    changes: ['a pod is deleted and replaced'],
    plannedAt: issuedAt,
  });
}
