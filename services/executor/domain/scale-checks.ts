import { askedFor, check, type NamedChecks, notRollingOut } from './live-check.ts';
import type { Limits, LiveCheck } from './observation.ts';
import { type QuotaScene, quotaAllows, quotaKnown } from './quota-check.ts';
import type { ScaleBounds } from './scale-target.ts';
import type { Autoscaler, DeployedWorkload } from './target-state.ts';
import { checkWorkload, shareOfReplicas, type WorkloadScene, workloadChecks } from './workload-checks.ts';

export interface ScaleScene extends WorkloadScene, QuotaScene {
  readonly workload: DeployedWorkload | undefined;
  readonly bounds: ScaleBounds;
  readonly target: number | undefined;
  readonly autoscalers: readonly Autoscaler[];
}

/** Whether this workload may have so many replicas now. */
export function checkScale(scene: ScaleScene, limits: Limits): LiveCheck[] {
  const { workload, added } = scene;
  return [
    ...checkWorkload(scene, limits),
    ...(scene.bounds.maxReplicas === undefined || added < 0 ? [] : [belowMaximum(scene)]),
    countFits(scene),
    shareOfReplicas(workload, Math.max(0, -added), limits),
    notRollingOut(workload),
    notAutoscaled(scene),
    quotaAllows(scene),
    ...askedFor(scene, limits, scaleChecks),
  ];
}

function belowMaximum({ workload, bounds: { maxReplicas } }: ScaleScene): LiveCheck {
  const current = workload?.desired ?? 0;
  if (maxReplicas === undefined)
    return check('room', false, `${current}`, 'a maximum', 'the step has no maxReplicas to hold it against');
  const reason = `it has ${current} replicas, and may have ${maxReplicas} at most`;
  return check('room', current < maxReplicas, `${current}`, `< ${maxReplicas}`, reason);
}

function countFits({ workload, target, bounds }: ScaleScene): LiveCheck {
  const current = workload?.desired ?? 0;
  const observed = target === undefined ? `${current}` : `${current} -> ${target}`;
  const why = misfit(current, target, bounds);
  return check('count', why === '', observed, boundsText(bounds), why);
}

function misfit(current: number, target: number | undefined, bounds: ScaleBounds): string {
  const { minReplicas = 1, maxReplicas = Infinity, onlyUp } = bounds;
  if (current === 0) return 'it was scaled to zero: starting it again is for people';
  if (target === undefined) return 'it carries no load now, so nothing can be computed from it';
  if (target === current) return `it has ${current} replicas already: nothing would change`;
  if (target < current && onlyUp) return `${current} -> ${target} is fewer, and the step only goes up`;
  if (target > maxReplicas) return `${target} is more than ${maxReplicas}, the most it may have`;
  return target < minReplicas ? `${target} is less than ${minReplicas}, the least it may have` : '';
}

function boundsText({ minReplicas = 1, maxReplicas, onlyUp }: ScaleBounds): string {
  const range = maxReplicas === undefined ? `>= ${minReplicas}` : `${minReplicas} to ${maxReplicas}`;
  return onlyUp ? `${range}, only up` : range;
}

function notAutoscaled({ autoscalers }: ScaleScene): LiveCheck {
  const texts = autoscalers.map(({ name, minimum, maximum }) => `${name} (${minimum} to ${maximum})`);
  const observed = texts.join(', ') || 'none';
  const reason = `the autoscaler ${observed} sets its replicas, and would undo it`;
  return check('autoscaler', texts.length === 0, observed, 'none', reason);
}

const scaleChecks: NamedChecks<ScaleScene> = {
  ...workloadChecks,
  current_replicas_below_max: belowMaximum,
  quota_available: quotaKnown,
};

export const scalePreChecks: readonly string[] = Object.keys(scaleChecks);
