import type { OwnerRef, WorkloadState } from '../ports.ts';
import type { KubernetesApi, Place, Resource } from './kubernetes-api.ts';
import {
  type DaemonSetObject,
  type DeploymentObject,
  daemonSets,
  deployments,
  type ObjectMetadata,
  type ReplicaSetObject,
  replicaSets,
  type Selector,
  type StatefulSetObject,
  statefulSets,
} from './kubernetes-objects.ts';
import { controllerOf } from './kubernetes-pod.ts';
import { selectorText } from './kubernetes-selector.ts';

/** What there is of each kind that people deploy. */
export type WorkloadObject = DeploymentObject | StatefulSetObject | DaemonSetObject;

export interface FoundWorkload {
  readonly state: WorkloadState;
  readonly controller: OwnerRef | undefined;
}

/** Undefined when it is not there, and for kinds that do not replace a pod for good: a Job, a node. */
export async function readWorkload(
  api: KubernetesApi,
  kind: string,
  place: Place,
): Promise<FoundWorkload | undefined> {
  return kinds[kind]?.(api, place);
}

export type Numbers = Pick<WorkloadState, 'desired' | 'ready' | 'available' | 'rollingOut'>;

const kinds: Readonly<
  Record<string, (api: KubernetesApi, place: Place) => Promise<FoundWorkload | undefined>>
> = {
  Deployment: reader('Deployment', deployments, deploymentNumbers),
  ReplicaSet: reader('ReplicaSet', replicaSets, replicaSetNumbers),
  StatefulSet: reader('StatefulSet', statefulSets, statefulSetNumbers),
  DaemonSet: reader('DaemonSet', daemonSets, daemonSetNumbers),
};

function reader<T extends Selecting>(kind: string, resource: Resource<T>, numbersOf: (object: T) => Numbers) {
  return async (api: KubernetesApi, place: Place): Promise<FoundWorkload | undefined> => {
    const found = await api.get(resource, place);
    if (!found) return undefined;
    const state = workloadState(kind, found, numbersOf(found));
    return { state, controller: controllerOf(found.metadata) };
  };
}

interface Selecting {
  readonly metadata: ObjectMetadata;
  readonly spec: { readonly selector: Selector };
}

export function workloadState(kind: string, { metadata, spec }: Selecting, numbers: Numbers): WorkloadState {
  const { namespace, name, uid, labels } = metadata;
  return { kind, namespace, name, uid, labels, selector: selectorText(spec.selector), ...numbers };
}

// When a rollout is over, as `kubectl rollout status` sees it, with one difference: pods that are merely not
// available do not make a rollout. A crash loop would otherwise always look like somebody at work.

export function deploymentNumbers({ metadata, spec, status }: DeploymentObject): Numbers {
  const { observedGeneration, replicas, updatedReplicas, readyReplicas, availableReplicas } = status;
  const progressing = status.conditions.find(({ type }) => type === 'Progressing');
  // It stays NewReplicaSetAvailable once the newest pods were all available, whatever becomes of them later.
  const isUnfinished = progressing?.status === 'True' && progressing.reason !== 'NewReplicaSetAvailable';
  const rollingOut =
    observedGeneration < metadata.generation ||
    updatedReplicas < spec.replicas ||
    replicas > updatedReplicas ||
    (isUnfinished && availableReplicas < updatedReplicas);
  return { desired: spec.replicas, ready: readyReplicas, available: availableReplicas, rollingOut };
}

function replicaSetNumbers({ metadata, spec, status }: ReplicaSetObject): Numbers {
  const rollingOut = status.observedGeneration < metadata.generation;
  return {
    desired: spec.replicas,
    ready: status.readyReplicas,
    available: status.availableReplicas,
    rollingOut,
  };
}

export function statefulSetNumbers({ metadata, spec, status }: StatefulSetObject): Numbers {
  const { partition } = spec.updateStrategy.rollingUpdate;
  const isNew = status.updateRevision !== status.currentRevision;
  const rollingOut =
    status.observedGeneration < metadata.generation ||
    (isNew && status.updatedReplicas < spec.replicas - partition);
  return {
    desired: spec.replicas,
    ready: status.readyReplicas,
    available: status.availableReplicas,
    rollingOut,
  };
}

export function daemonSetNumbers({ metadata, status }: DaemonSetObject): Numbers {
  const { desiredNumberScheduled: desired, numberReady: ready, numberAvailable: available } = status;
  const rollingOut =
    status.observedGeneration < metadata.generation || status.updatedNumberScheduled < desired;
  return { desired, ready, available, rollingOut };
}
