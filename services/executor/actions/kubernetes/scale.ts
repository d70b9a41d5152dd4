import type { Observation } from '../../domain/observation.ts';
import { podsLeft } from '../../domain/quota-check.ts';
import { checkScale } from '../../domain/scale-checks.ts';
import { riskOfScale, scaleTarget } from '../../domain/scale-target.ts';
import type { ActionContext, PlannedAction } from '../action.ts';
import { judgeOf, lookAtWorkload, workloadBefore, workloadBinding } from './look-at-workload.ts';
import { parseScale, SCALE, type ScaleArgs } from './scale-arguments.ts';
import { actedOn, refOf } from './workload-arguments.ts';

/** Sets the replicas of a workload: an absolute count that follows from what is read once. */
export const scale: PlannedAction<ScaleArgs> = {
  name: SCALE,
  parse: parseScale,
  resource: actedOn,
  observe,
};

async function observe(args: ScaleArgs, context: ActionContext): Promise<Observation> {
  const { wish, bounds } = args;
  const view = await lookAtWorkload(args, context);
  const [autoscalers, quotas] = await Promise.all([
    context.cluster.autoscalersOf(refOf(args)),
    context.cluster.quotasOf(args.namespace),
  ]);
  const { workload, owner } = view;
  const current = workload?.desired ?? 0;
  const target = workload && scaleTarget(current, wish, bounds);
  const to = target ?? current;
  const left = podsLeft(quotas);
  const judge = judgeOf(view, context, {
    ...(bounds.maxReplicas !== undefined && { maxReplicas: bounds.maxReplicas }),
    ...(left !== undefined && { quotaRemaining: left }),
  });
  const scene = { ...view, bounds, target, added: to - current, autoscalers, quotas, judge };
  return {
    uid: workload?.uid ?? '',
    owner,
    checks: checkScale(scene, context.limits),
    before: workloadBefore(view),
    risk: riskOfScale(current, target),
    binding: { ...workloadBinding(view), from: current, to },
    changes: to === current ? [] : [`replicas ${current} -> ${to}`],
  };
}
