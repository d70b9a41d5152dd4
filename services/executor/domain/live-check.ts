import type { Limits, LiveCheck } from './observation.ts';
import type { WorkloadRef } from './target-state.ts';

/** The checks that every action on a workload or its pods makes, and how a runbook asks for more. */

export const check = (
  name: string,
  ok: boolean,
  observed: string,
  limit: string,
  reason: string,
): LiveCheck => ({
  name,
  ok,
  observed,
  limit,
  reason: ok ? '' : reason,
});

export function namespaceAllowed(namespace: string, { allowedNamespaces }: Limits): LiveCheck {
  const ok = allowedNamespaces.length === 0 || allowedNamespaces.includes(namespace);
  const limit = allowedNamespaces.join(', ') || 'any';
  return check('namespace', ok, namespace, limit, `namespace ${namespace} is not allowed`);
}

export function optedIn(
  whose: string,
  labels: Readonly<Record<string, string>> | undefined,
  { requiredLabels }: Limits,
): LiveCheck {
  const required = Object.entries(requiredLabels);
  const limit = required.map(([key, value]) => `${key}=${value}`).join(', ') || 'none';
  const missing = required.find(([key, value]) => labels?.[key] !== value);
  if (!missing) return check('opt-in', true, limit, limit, '');
  const [key, value] = missing;
  const observed = `${key}=${labels?.[key] ?? '(absent)'}`;
  const reason = `${whose} has not opted in: it lacks the label ${key}=${value}`;
  return check('opt-in', false, observed, limit, reason);
}

export interface Hold {
  /** Who acts on the workload: this action, or the one that is not over yet. */
  readonly holder: string;
  readonly isHeld: boolean;
}

/** By its owner as read here: reports name services as they like, and two names may be one workload. */
export function heldAlone(workload: WorkloadRef | undefined, { holder, isHeld }: Hold): LiveCheck {
  const ok = !workload || isHeld;
  const reason = `another action (${holder}) on ${workload?.kind} ${workload?.name} is not over`;
  return check('workload', ok, ok ? 'free' : `held by ${holder}`, 'one action a workload', reason);
}

export function notRollingOut(workload: { readonly rollingOut: boolean } | undefined): LiveCheck {
  const rolling = workload?.rollingOut ?? false;
  const observed = rolling ? 'under way' : 'none';
  return check('rollout', !rolling, observed, 'none', 'somebody is rolling the workload out');
}

export interface Asked {
  /** Actions of ours on the same workload within the last hour. */
  readonly recentActions: number;
  /** What an expression of the runbook comes to; `why` is empty where it holds. */
  readonly judge: (expression: string) => { readonly holds: boolean; readonly why: string };
}

/** What a runbook may ask for by name, of one kind of action. */
export type NamedChecks<Scene> = Readonly<
  Record<string, (scene: Scene, limits: Limits) => Omit<LiveCheck, 'name'>>
>;

/** A check that this executor cannot judge is a no: it was asked for because somebody relies on it. */
export function askedFor<Scene extends Asked>(
  scene: Scene,
  limits: Limits,
  named: NamedChecks<Scene>,
): LiveCheck[] {
  return limits.preChecks.map(({ name, expression }) => {
    if (expression !== '') {
      const { holds, why } = scene.judge(expression);
      return check(name, holds, holds ? 'true' : why, expression, `${name}: ${why}`);
    }
    const judge = Object.hasOwn(named, name) ? named[name] : undefined;
    if (judge) return { ...judge(scene, limits), name };
    const reason = `this executor cannot judge the check ${name}`;
    return check(name, false, 'cannot be judged', 'known', reason);
  });
}

export const fewRecentActions = ({ recentActions }: Asked): LiveCheck =>
  check(
    'recent actions',
    recentActions < 3,
    `${recentActions} in 60 min`,
    '< 3',
    `${recentActions} restarts within the hour did not help`,
  );

export function severalReplicas(workload: { readonly desired: number } | undefined): LiveCheck {
  const replicas = workload?.desired ?? 0;
  return check('replicas', replicas > 1, `${replicas}`, '> 1', `the workload has ${replicas} replica(s)`);
}
