import type { DeployedWorkload, RolloutRules, WorkloadRef } from '../ports.ts';
import type { KubernetesApi, Resource } from './kubernetes-api.ts';
import {
  type DaemonSetObject,
  type DeploymentObject,
  daemonSets,
  deployments,
  type Share,
  type StatefulSetObject,
  statefulSets,
} from './kubernetes-objects.ts';
import { podTemplate } from './kubernetes-template.ts';
import {
  daemonSetNumbers,
  deploymentNumbers,
  type Numbers,
  statefulSetNumbers,
  type WorkloadObject,
  workloadState,
} from './kubernetes-workload.ts';

/** In one read, so that its numbers and its template belong together. Only kinds that people deploy. */
export async function readDeployed(
  api: KubernetesApi,
  { kind, namespace, name }: WorkloadRef,
): Promise<DeployedWorkload | undefined> {
  return Object.hasOwn(kinds, kind) ? kinds[kind]?.(api, { namespace, name }) : undefined;
}

type Read = (
  api: KubernetesApi,
  place: { readonly namespace: string; readonly name: string },
) => Promise<DeployedWorkload | undefined>;

const kinds: Readonly<Record<string, Read>> = {
  Deployment: reader('Deployment', deployments, deploymentNumbers, deploymentRules),
  StatefulSet: reader('StatefulSet', statefulSets, statefulSetNumbers, statefulSetRules),
  DaemonSet: reader('DaemonSet', daemonSets, daemonSetNumbers, daemonSetRules),
};

function reader<T extends WorkloadObject>(
  kind: string,
  resource: Resource<T>,
  numbersOf: (object: T) => Numbers,
  rulesOf: (object: T, desired: number) => RolloutRules,
): Read {
  return async (api, place) => {
    const found = await api.get(resource, place);
    if (!found) return undefined;
    const state = workloadState(kind, found, numbersOf(found));
    const rollout = rulesOf(found, state.desired);
    const template = podTemplate(found.spec.template);
    return { ...state, template, rollout, revision: revisionOf(found) };
  };
}

const REVISION = 'deployment.kubernetes.io/revision';

/** The number that is there belongs to an older template until the controller has seen the newest. */
function revisionOf({ metadata, status }: WorkloadObject): number {
  const isSeen = status.observedGeneration >= metadata.generation;
  return isSeen ? revisionNumber(metadata.annotations) : 0;
}

/** 0 where there is none. */
export function revisionNumber(annotations: Readonly<Record<string, string>>): number {
  const number = Number(annotations[REVISION] ?? 0);
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
}

export function deploymentRules({ spec }: DeploymentObject, desired: number): RolloutRules {
  const { type, rollingUpdate } = spec.strategy;
  const rules = { strategy: type, replacesAll: true, isPaused: spec.paused };
  if (type === 'Recreate') return { ...rules, maxUnavailable: desired };
  const surge = countOf(rollingUpdate.maxSurge, desired, Math.ceil);
  const down = countOf(rollingUpdate.maxUnavailable, desired, Math.floor);
  // With neither, nothing could ever move: the controller takes one down then.
  return { ...rules, maxUnavailable: surge === 0 && down === 0 ? 1 : down };
}

export function statefulSetRules({ spec }: StatefulSetObject, desired: number): RolloutRules {
  const { type, rollingUpdate } = spec.updateStrategy;
  const { partition, maxUnavailable } = rollingUpdate;
  const isHeldBack = type === 'RollingUpdate' && partition > 0;
  return {
    strategy: isHeldBack ? `RollingUpdate from ordinal ${partition}` : type,
    replacesAll: type === 'RollingUpdate' && partition === 0,
    isPaused: false,
    maxUnavailable: Math.max(1, countOf(maxUnavailable, desired, Math.ceil)),
  };
}

export function daemonSetRules({ spec }: DaemonSetObject, desired: number): RolloutRules {
  const { type, rollingUpdate } = spec.updateStrategy;
  const maxUnavailable = countOf(rollingUpdate.maxUnavailable, desired, Math.ceil);
  return { strategy: type, replacesAll: type === 'RollingUpdate', isPaused: false, maxUnavailable };
}

function countOf(share: Share, of: number, round: (value: number) => number): number {
  return typeof share === 'number' ? share : round((Number.parseInt(share, 10) * of) / 100);
}
