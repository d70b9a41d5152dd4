import { type KubeObject, namespaceOf, type Pod } from '../objects.ts';
import { isReady, restartsOf, waitingReason } from '../kubelet/pod-status.ts';
import { timestamp } from '../timestamp.ts';

/** The form in which kubectl asks for what it prints. */
export function tableOf(
  kind: KubeObject['kind'],
  objects: readonly KubeObject[],
  metadata: object,
  now: Date,
): object {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: ['Name', ...Object.keys(columnsOf[kind]), 'Age'].map(columnDefinition),
    rows: objects.map((object) => rowOf(object, now)),
  };
}

type Columns = Readonly<Record<string, (object: never) => string | number>>;

const replicas = {
  Ready: ({ spec, status }: Extract<KubeObject, { kind: 'Deployment' }>) =>
    `${status.readyReplicas}/${spec.replicas}`,
  'Up-to-date': ({ status }: Extract<KubeObject, { kind: 'Deployment' }>) => status.updatedReplicas,
  Available: ({ status }: Extract<KubeObject, { kind: 'Deployment' }>) => status.availableReplicas,
};

const columnsOf: Readonly<Record<KubeObject['kind'], Columns>> = {
  Pod: {
    Ready: (pod: Pod) => `${isReady(pod) ? pod.spec.containers.length : 0}/${pod.spec.containers.length}`,
    Status: podPhase,
    Restarts: restartsOf,
  },
  Deployment: replicas,
  ReplicaSet: {
    Desired: ({ spec }: Extract<KubeObject, { kind: 'ReplicaSet' }>) => spec.replicas,
    Current: ({ status }: Extract<KubeObject, { kind: 'ReplicaSet' }>) => status.replicas,
    Ready: ({ status }: Extract<KubeObject, { kind: 'ReplicaSet' }>) => status.readyReplicas,
  },
  HorizontalPodAutoscaler: {
    Reference: ({ spec }: Extract<KubeObject, { kind: 'HorizontalPodAutoscaler' }>) =>
      `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`,
    MinPods: ({ spec }: Extract<KubeObject, { kind: 'HorizontalPodAutoscaler' }>) => spec.minReplicas,
    MaxPods: ({ spec }: Extract<KubeObject, { kind: 'HorizontalPodAutoscaler' }>) => spec.maxReplicas,
  },
  ResourceQuota: {
    Request: ({ status: { hard = {}, used = {} } }: Extract<KubeObject, { kind: 'ResourceQuota' }>) =>
      Object.entries(hard)
        .map(([resource, limit]) => `${resource}: ${used[resource] ?? '0'}/${limit}`)
        .join(', '),
  },
  Namespace: { Status: ({ status }: Extract<KubeObject, { kind: 'Namespace' }>) => status.phase },
};

function rowOf(object: KubeObject, now: Date): object {
  const { name, uid, creationTimestamp, labels, resourceVersion } = object.metadata;
  const namespace = namespaceOf(object);
  const metadata = {
    name,
    ...(namespace && { namespace }),
    uid,
    creationTimestamp,
    resourceVersion,
    ...(labels && { labels }),
  };
  const cells = Object.values(columnsOf[object.kind]).map((cell) => cell(object as never));
  return {
    cells: [name, ...cells, ageOf(creationTimestamp, now)],
    object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata },
  };
}

function podPhase(pod: Pod): string {
  return pod.metadata.deletionTimestamp ? 'Terminating' : (waitingReason(pod) ?? pod.status.phase);
}

function ageOf(created: string, now: Date): string {
  const seconds = Math.round((Date.parse(timestamp(now)) - Date.parse(created)) / 1_000);
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

function columnDefinition(name: string): object {
  return { name, type: 'string', format: name === 'Name' ? 'name' : '', description: '', priority: 0 };
}
