import type { Clock } from '#lib/clock.ts';
import { deletePod } from '../api/delete-pod.ts';
import { isReady } from '../kubelet/pod-status.ts';
import { type ObjectStore, type Place, placeOf } from '../object-store.ts';
import { namespaceOf, type Pod, type ReplicaSet } from '../objects.ts';
import { randomSuffix } from '../random-suffix.ts';
import { matchesSelector } from '../selectors.ts';
import { controllerOf, ownedBy } from './ownership.ts';

/** As many pods as it asks for: what is missing is made, what is too much is deleted. */
export function reconcileReplicaSet(store: ObjectStore, clock: Clock, place: Place): void {
  const replicaSet = store.get('replicasets', place);
  if (!replicaSet) return;
  adoptOrphans(store, replicaSet);
  const before = activePods(store, replicaSet);
  const missing = replicaSet.spec.replicas - before.length;
  for (let i = 0; i < missing; i += 1) createPod(store, replicaSet);
  const surplus = [...before].sort(leastNeededFirst).slice(0, Math.max(0, -missing));
  for (const pod of surplus) deletePod(store, clock, pod);

  const pods = activePods(store, replicaSet);
  const ready = pods.filter(isReady).length;
  store.update('replicasets', place, (current) => ({
    ...current,
    status: {
      observedGeneration: current.metadata.generation,
      replicas: pods.length,
      readyReplicas: ready,
      availableReplicas: ready,
    },
  }));
}

function activePods(store: ObjectStore, { metadata }: ReplicaSet): Pod[] {
  return store
    .list('pods', metadata.namespace)
    .filter((pod) => controllerOf(pod)?.uid === metadata.uid && !pod.metadata.deletionTimestamp);
}

/** Pods without a controller that match: it takes them over. */
function adoptOrphans(store: ObjectStore, replicaSet: ReplicaSet): void {
  for (const pod of store.list('pods', replicaSet.metadata.namespace)) {
    const { labels, deletionTimestamp, ownerReferences = [] } = pod.metadata;
    if (controllerOf(pod) || deletionTimestamp || !matchesSelector(replicaSet.spec.selector, labels))
      continue;
    store.update('pods', placeOf(pod.metadata), (current) => ({
      ...current,
      metadata: { ...current.metadata, ownerReferences: [...ownerReferences, ownedBy(replicaSet)] },
    }));
  }
}

function createPod(store: ObjectStore, replicaSet: ReplicaSet): void {
  const { metadata: template, spec } = replicaSet.spec.template;
  const generateName = `${replicaSet.metadata.name}-`;
  const namespace = namespaceOf(replicaSet);
  store.create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: freeName(store, namespace, generateName),
      generateName,
      namespace,
      ...(template.labels && { labels: template.labels }),
      ...(template.annotations && { annotations: template.annotations }),
      ownerReferences: [ownedBy(replicaSet)],
    },
    spec,
    status: { phase: 'Pending' },
  });
}

function freeName(store: ObjectStore, namespace: string, prefix: string): string {
  for (;;) {
    const name = `${prefix}${randomSuffix()}`;
    if (!store.get('pods', { namespace, name })) return name;
  }
}

function leastNeededFirst(a: Pod, b: Pod): number {
  return (
    Number(isReady(a)) - Number(isReady(b)) ||
    Number(b.metadata.resourceVersion) - Number(a.metadata.resourceVersion)
  );
}
