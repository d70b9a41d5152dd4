import type { Observation } from '../../domain/observation.ts';
import { checkRestart, riskOfRestart } from '../../domain/restart-checks.ts';
import type { ActionContext, PlannedAction } from '../action.ts';
import { Arguments } from './arguments.ts';
import { allReplaced, judgeOf, lookAtWorkload, workloadBefore, workloadBinding } from './look-at-workload.ts';
import { actedOn, type WorkloadArgs, workloadArguments } from './workload-arguments.ts';

const NAME = 'kubernetes.rolloutRestart';

/** Replaces every pod of a workload by one of the same template. */
export const rolloutRestart: PlannedAction<WorkloadArgs> = {
  name: NAME,
  parse: (args) => workloadArguments(new Arguments(NAME, args)),
  resource: actedOn,
  observe,
};

async function observe(args: WorkloadArgs, context: ActionContext): Promise<Observation> {
  const view = await lookAtWorkload(args, context);
  const { workload, owner } = view;
  const scene = { ...view, judge: judgeOf(view, context, {}) };
  return {
    uid: workload?.uid ?? '',
    owner,
    checks: checkRestart(scene, context.limits),
    before: workloadBefore(view),
    risk: riskOfRestart(workload),
    // The number of pods may change under an autoscaler; what they are made of is what is started again.
    binding: { ...workloadBinding(view), template: workload?.template.hash ?? '' },
    changes: workload ? [allReplaced(view)] : [],
  };
}
