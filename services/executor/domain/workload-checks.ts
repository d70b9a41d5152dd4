import {
  type Asked,
  check,
  fewRecentActions,
  type Hold,
  heldAlone,
  type NamedChecks,
  namespaceAllowed,
  notRollingOut,
  optedIn,
  severalReplicas,
} from './live-check.ts';
import type { Limits, LiveCheck } from './observation.ts';
import type { DeployedWorkload, WorkloadRef } from './target-state.ts';

export interface WorkloadScene extends Hold, Asked {
  readonly ref: WorkloadRef;
  readonly workload: DeployedWorkload | undefined;
}

/** What every action on a whole workload needs. */
export function checkWorkload(scene: WorkloadScene, limits: Limits): LiveCheck[] {
  const { ref, workload } = scene;
  return [
    namespaceAllowed(ref.namespace, limits),
    workloadThere(scene),
    // The mark that the owner put on the pods, as deletions read it: tools label the workload itself as they like.
    optedIn(`${ref.kind} ${ref.name}`, workload?.template.labels, limits),
    heldAlone(workload, scene),
    readyPods(scene, limits),
  ];
}

function workloadThere({ ref: { kind, namespace, name }, workload }: WorkloadScene): LiveCheck {
  const observed = workload ? 'there' : 'not there';
  const reason = `${kind} ${namespace}/${name} is not there`;
  return check(kind.toLowerCase(), workload !== undefined, observed, 'there', reason);
}

function readyPods({ workload }: WorkloadScene, { minimumReadyPeers }: Limits): LiveCheck {
  const ready = workload?.ready ?? 0;
  const reason = `only ${ready} Ready pod(s) of this workload, at least ${minimumReadyPeers} have to be`;
  return check('ready pods', ready >= minimumReadyPeers, `${ready} Ready`, `>= ${minimumReadyPeers}`, reason);
}

/** How many are down at once while every pod is replaced, those included that are down already. */
export function downInRollout(workload: DeployedWorkload | undefined): number {
  if (!workload) return 0;
  const { desired, available, rollout } = workload;
  return Math.min(desired, Math.max(rollout.maxUnavailable, desired - available));
}

export function shareOfReplicas(
  workload: DeployedWorkload | undefined,
  down: number,
  { maxPercentOfReplicas }: Limits,
): LiveCheck {
  const desired = workload?.desired ?? 0;
  const percent = desired > 0 ? Math.round((100 * down) / desired) : 100;
  const observed = `${down} of ${workload?.desired ?? '?'} (${percent} %)`;
  const reason = `${observed} of its replicas would be down at once`;
  return check('replicas', percent <= maxPercentOfReplicas, observed, `<= ${maxPercentOfReplicas} %`, reason);
}

/** A paused Deployment takes a new template and does nothing; other strategies wait for somebody to delete pods. */
export function replacesPods({ workload }: WorkloadScene): LiveCheck {
  const { strategy = '', isPaused = false, replacesAll = true } = workload?.rollout ?? {};
  const observed = isPaused ? 'paused' : strategy;
  const reason = isPaused
    ? 'its rollouts are paused: no pod would be replaced'
    : `its update strategy is ${strategy}: not every pod would be replaced`;
  return check('update strategy', replacesAll && !isPaused, observed, 'replaces every pod', reason);
}

/** What a runbook may ask for by name, whatever is done to the workload. */
export const workloadChecks: NamedChecks<WorkloadScene> = {
  namespace_allowed: ({ ref }, limits) => namespaceAllowed(ref.namespace, limits),
  deployment_exists: workloadThere,
  enough_ready_peers: readyPods,
  replicas_greater_than_one: ({ workload }) => severalReplicas(workload),
  recent_restarts_less_than_three: fewRecentActions,
  not_already_rolling_out: ({ workload }) => notRollingOut(workload),
};
