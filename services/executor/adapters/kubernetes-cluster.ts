import { BelayError } from '#lib/errors.ts';
import type { Cluster, DeleteOutcome, PodState, WorkloadState } from '../ports.ts';
import {
  accessByAddress,
  accessInCluster,
  type KubernetesAccess,
  type KubernetesAddress,
} from './kubernetes-access.ts';
import { type KubernetesApi, kubernetesApi } from './kubernetes-api.ts';
import { readDeployed } from './kubernetes-deployed.ts';
import { kubernetesHttp } from './kubernetes-http.ts';
import { accessByKubeconfig } from './kubernetes-kubeconfig.ts';
import { pods, replicaSets } from './kubernetes-objects.ts';
import { controllerOf, podState } from './kubernetes-pod.ts';
import { autoscalersOf, quotasOf, revisionsOf } from './kubernetes-surroundings.ts';
import { readWorkload } from './kubernetes-workload.ts';

export type KubernetesTarget =
  /** By the service account of the pod that we run in. */
  | { readonly inCluster: true }
  /** The path of a file. */
  | { readonly kubeconfig: string }
  | KubernetesAddress;

export interface KubernetesClusterOptions {
  /** Of one call of the port, however many requests it takes. */
  readonly timeoutMs?: number;
}

/** A cluster by its API server. Nothing is cached and no effect is tried twice. */
export function kubernetesCluster(target: KubernetesTarget & KubernetesClusterOptions): Cluster {
  const { timeoutMs = 5_000 } = target;
  const access = accessOf(target);
  const send = kubernetesHttp(access);
  const begin = (): KubernetesApi => kubernetesApi(send, timeoutMs);
  return {
    pod: (namespace, name) => readPod(begin(), namespace, name),
    workloadOf: (pod) => workloadOf(begin(), pod),
    workload: async ({ kind, namespace, name }) =>
      (await readWorkload(begin(), kind, { namespace, name }))?.state,
    deployed: (ref) => readDeployed(begin(), ref),
    revisionsOf: (workload) => revisionsOf(begin(), workload),
    autoscalersOf: (workload) => autoscalersOf(begin(), workload),
    quotasOf: (namespace) => quotasOf(begin(), namespace),
    podsOf: (workload) => podsOf(begin(), workload),
    deletePod: (pod) => deletePod(begin(), pod),
    describe: async () => `Kubernetes ${await begin().version()} at ${access.server.origin}`,
  };
}

function accessOf(target: KubernetesTarget): KubernetesAccess {
  if ('inCluster' in target) return accessInCluster();
  return 'kubeconfig' in target ? accessByKubeconfig(target.kubeconfig) : accessByAddress(target);
}

async function readPod(api: KubernetesApi, namespace: string, name: string): Promise<PodState | undefined> {
  const found = await api.get(pods, { namespace, name });
  return found && podState(found);
}

/** Owners are named in references that outlive them: only the one with the uid of the reference is the owner. */
async function workloadOf(api: KubernetesApi, pod: PodState): Promise<WorkloadState | undefined> {
  const { namespace, controller } = pod;
  if (!controller) return undefined;
  const found = await readWorkload(api, controller.kind, { namespace, name: controller.name });
  if (found?.state.uid !== controller.uid) return undefined;
  if (!found.controller) return found.state;
  // Where something else than a Deployment moves the ReplicaSet, its numbers are not those of the workload.
  if (found.controller.kind !== 'Deployment') return undefined;
  const above = await readWorkload(api, 'Deployment', { namespace, name: found.controller.name });
  return above?.state.uid === found.controller.uid ? above.state : undefined;
}

async function podsOf(api: KubernetesApi, workload: WorkloadState): Promise<PodState[]> {
  const { kind, namespace, uid, selector } = workload;
  const listPods = async () => (await api.list(pods, namespace, selector)).map(podState);
  if (kind !== 'Deployment') return (await listPods()).filter(ownedBy(new Set([uid])));
  const [candidates, sets] = await Promise.all([listPods(), api.list(replicaSets, namespace, selector)]);
  const known = new Set(sets.map(({ metadata }) => metadata.uid));
  // A ReplicaSet that a rollout made between the two answers is known by its pods: then its owner is, too.
  const isComplete = candidates.every(({ controller }) => !controller || known.has(controller.uid));
  const all = isComplete ? sets : await api.list(replicaSets, namespace, selector);
  const owned = all.filter(({ metadata }) => controllerOf(metadata)?.uid === uid);
  return candidates.filter(ownedBy(new Set(owned.map(({ metadata }) => metadata.uid))));
}

const ownedBy =
  (owners: ReadonlySet<string>) =>
  ({ controller }: PodState): boolean =>
    controller !== undefined && owners.has(controller.uid);

async function deletePod(
  api: KubernetesApi,
  { namespace, name, uid }: Pick<PodState, 'namespace' | 'name' | 'uid'>,
): Promise<DeleteOutcome> {
  const outcome = await api.delete(pods, { namespace, name }, uid);
  if (outcome === 'accepted') return 'deleted';
  if (outcome === 'absent') return 'gone';
  // A conflict has more causes than the uid, and their texts differ between versions: look what is there.
  const there = await readPod(api, namespace, name);
  if (there?.uid === uid) throw notDone(namespace, name);
  return there ? 'other' : 'gone';
}

function notDone(namespace: string, name: string): BelayError {
  return new BelayError('unavailable', `the cluster did not delete pod ${namespace}/${name}: conflict`, {
    code: 'CLUSTER_CONFLICT',
    why: 'it answered 409 although the pod is still the one it was',
  });
}
