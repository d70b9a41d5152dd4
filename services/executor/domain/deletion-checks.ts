import {
  type Asked,
  askedFor,
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
import type { PodState, WorkloadState } from './target-state.ts';

export interface DeletionScene extends Hold, Asked {
  readonly namespace: string;
  readonly name: string;
  readonly pod: PodState | undefined;
  readonly workload: WorkloadState | undefined;
  readonly pods: readonly PodState[];
}

/** Whether this pod may be deleted now, by what the target shows and not by what was reported. */
export function checkDeletion(scene: DeletionScene, limits: Limits): LiveCheck[] {
  return [
    namespaceAllowed(scene.namespace, limits),
    podThere(scene),
    optedIn('the pod', scene.pod?.labels, limits),
    replaceable(scene),
    heldAlone(scene.workload, scene),
    readyPeers(scene, limits),
    shareOfReplicas(scene, limits),
    notRollingOut(scene.workload),
    ...askedFor(scene, limits, namedChecks),
  ];
}

/** What a runbook may ask for by name. */
const namedChecks: NamedChecks<DeletionScene> = {
  replicas_greater_than_one: ({ workload }) => severalReplicas(workload),
  recent_restarts_less_than_three: fewRecentActions,
};

export const judgedPreChecks: readonly string[] = Object.keys(namedChecks);

function podThere({ pod, namespace, name }: DeletionScene): LiveCheck {
  const observed = !pod ? 'not there' : pod.terminating ? 'terminating' : 'there';
  return check('pod', observed === 'there', observed, 'there', `pod ${namespace}/${name} is ${observed}`);
}

function replaceable({ workload }: DeletionScene): LiveCheck {
  const observed = workload ? `${workload.kind} ${workload.name}` : 'none';
  return check('controller', workload !== undefined, observed, 'one', 'no controller would replace the pod');
}

/** Ready pods of the workload, the one to be deleted included if it is Ready; but at least one other. */
function readyPeers({ pod, pods }: DeletionScene, { minimumReadyPeers }: Limits): LiveCheck {
  const ready = pods.filter((p) => p.ready && !p.terminating);
  const others = ready.filter((p) => p.uid !== pod?.uid);
  const ok = ready.length >= minimumReadyPeers && others.length > 0;
  const reason =
    `only ${ready.length} Ready pod(s) of this workload, ${others.length} without the one to be deleted: ` +
    `at least ${minimumReadyPeers} have to be Ready, another one among them`;
  return check(
    'ready peers',
    ok,
    `${ready.length} Ready`,
    `>= ${minimumReadyPeers}, another one among them`,
    reason,
  );
}

/** How much would be down: this pod, and what is missing already. */
function shareOfReplicas(
  { pod, pods, workload }: DeletionScene,
  { maxPercentOfReplicas }: Limits,
): LiveCheck {
  const desired = workload?.desired ?? 0;
  const others = pods.filter((p) => p.ready && !p.terminating && p.uid !== pod?.uid);
  const down = Math.max(1, desired - others.length);
  const percent = desired > 0 ? Math.round((100 * down) / desired) : 100;
  const observed = `${down} of ${workload?.desired ?? '?'} (${percent} %)`;
  const reason = `${observed} of its replicas would be down at once`;
  return check('replicas', percent <= maxPercentOfReplicas, observed, `<= ${maxPercentOfReplicas} %`, reason);
}
