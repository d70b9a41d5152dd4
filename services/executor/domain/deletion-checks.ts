import type { Limits, LiveCheck } from './observation.ts';
import type { PodState, WorkloadState } from './target-state.ts';

export interface DeletionScene {
  readonly namespace: string;
  readonly name: string;
  readonly pod: PodState | undefined;
  readonly workload: WorkloadState | undefined;
  readonly pods: readonly PodState[];
  /** Who acts on the workload: this action, or the one that is not over yet. */
  readonly holder: string;
  readonly isHeld: boolean;
  /** Actions of ours on the same workload within the last hour. */
  readonly recentActions: number;
  /** What an expression of the runbook comes to; `why` is empty where it holds. */
  readonly judge: (expression: string) => { readonly holds: boolean; readonly why: string };
}

/** Whether this pod may be deleted now, by what the target shows and not by what was reported. */
export function checkDeletion(scene: DeletionScene, limits: Limits): LiveCheck[] {
  return [
    namespaceAllowed(scene, limits),
    podThere(scene),
    optedIn(scene, limits),
    replaceable(scene),
    heldAlone(scene),
    readyPeers(scene, limits),
    shareOfReplicas(scene, limits),
    notRollingOut(scene),
    ...limits.preChecks.map(({ name, expression }) => asked(name, expression, scene)),
  ];
}

function namespaceAllowed({ namespace }: DeletionScene, { allowedNamespaces }: Limits): LiveCheck {
  const ok = allowedNamespaces.length === 0 || allowedNamespaces.includes(namespace);
  return check(
    'namespace',
    ok,
    namespace,
    allowedNamespaces.join(', ') || 'any',
    `namespace ${namespace} is not allowed`,
  );
}

function podThere({ pod, namespace, name }: DeletionScene): LiveCheck {
  const observed = !pod ? 'not there' : pod.terminating ? 'terminating' : 'there';
  return check('pod', observed === 'there', observed, 'there', `pod ${namespace}/${name} is ${observed}`);
}

function optedIn({ pod }: DeletionScene, { requiredLabels }: Limits): LiveCheck {
  const required = Object.entries(requiredLabels);
  const limit = required.map(([key, value]) => `${key}=${value}`).join(', ') || 'none';
  const missing = required.find(([key, value]) => pod?.labels[key] !== value);
  if (!missing) return check('opt-in', true, limit, limit, '');
  const [key, value] = missing;
  const observed = `${key}=${pod?.labels[key] ?? '(absent)'}`;
  return check(
    'opt-in',
    false,
    observed,
    limit,
    `the pod has not opted in: it lacks the label ${key}=${value}`,
  );
}

function replaceable({ workload }: DeletionScene): LiveCheck {
  const observed = workload ? `${workload.kind} ${workload.name}` : 'none';
  return check('controller', workload !== undefined, observed, 'one', 'no controller would replace the pod');
}

/** By its owner as read here: reports name services as they like, and two names may be one workload. */
function heldAlone({ workload, holder, isHeld }: DeletionScene): LiveCheck {
  const ok = !workload || isHeld;
  const reason = `another action (${holder}) on ${workload?.kind} ${workload?.name} is not over`;
  return check('workload', ok, ok ? 'free' : `held by ${holder}`, 'one action a workload', reason);
}

/** Ready pods of the workload, the one to be deleted included if it is Ready; but at least one other. */
function readyPeers({ pod, pods }: DeletionScene, { minimumReadyPeers }: Limits): LiveCheck {
  const ready = pods.filter((p) => p.ready && !p.terminating);
  const others = ready.filter((p) => p.uid !== pod?.uid);
  const ok = ready.length >= minimumReadyPeers && others.length > 0;
  const reason = `only ${ready.length} Ready pod(s) of this workload, ${others.length} without the one to be deleted`;
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

function notRollingOut({ workload }: DeletionScene): LiveCheck {
  const rolling = workload?.rollingOut ?? false;
  return check(
    'rollout',
    !rolling,
    rolling ? 'under way' : 'none',
    'none',
    'somebody is rolling the workload out',
  );
}

type NamedCheck = (scene: DeletionScene) => Omit<LiveCheck, 'name'>;

/** What a runbook may ask for by name. */
const namedChecks: Readonly<Record<string, NamedCheck>> = {
  replicas_greater_than_one: ({ workload }) => {
    const replicas = workload?.desired ?? 0;
    return {
      ok: replicas > 1,
      observed: `${replicas}`,
      limit: '> 1',
      reason: `the workload has ${replicas} replica(s)`,
    };
  },
  recent_restarts_less_than_three: ({ recentActions }) => {
    const reason = `${recentActions} restarts within the hour did not help`;
    return { ok: recentActions < 3, observed: `${recentActions} in 60 min`, limit: '< 3', reason };
  },
};

export const judgedPreChecks: readonly string[] = Object.keys(namedChecks);

/** A check that this executor cannot judge is a no: it was asked for because somebody relies on it. */
function asked(name: string, expression: string, scene: DeletionScene): LiveCheck {
  if (expression !== '') {
    const { holds, why } = scene.judge(expression);
    return check(name, holds, holds ? 'true' : why, expression, `${name}: ${why}`);
  }
  const judge = Object.hasOwn(namedChecks, name) ? namedChecks[name] : undefined;
  if (!judge)
    return check(name, false, 'cannot be judged', 'known', `this executor cannot judge the check ${name}`);
  const { ok, observed, limit, reason } = judge(scene);
  return check(name, ok, observed, limit, reason);
}

const check = (name: string, ok: boolean, observed: string, limit: string, reason: string): LiveCheck => ({
  name,
  ok,
  observed,
  limit,
  reason: ok ? '' : reason,
});
