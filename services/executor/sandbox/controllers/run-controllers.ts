import type { Clock } from '#lib/clock.ts';
import { type Change, type ObjectStore, type Place, placeOf } from '../object-store.ts';
import { type KubeObject, namespaceOf, type OwnerReference } from '../objects.ts';
import { collectGarbage } from './collect-garbage.ts';
import { reconcileDeployment } from './deployment-controller.ts';
import { controllerOf } from './ownership.ts';
import { reconcileQuota } from './quota-controller.ts';
import { reconcileReplicaSet } from './replica-set-controller.ts';

const reconcilers: Readonly<Record<string, (store: ObjectStore, clock: Clock, place: Place) => void>> = {
  Deployment: reconcileDeployment,
  ReplicaSet: reconcileReplicaSet,
  ResourceQuota: reconcileQuota,
};

/** Looks at a workload whenever it or something that it owns has changed. Returns the way to stop. */
export function runControllers(store: ObjectStore, clock: Clock): () => void {
  const queue = new Map<string, () => void>();
  let isScheduled = false;

  const drain = (): void => {
    isScheduled = false;
    for (const [key, reconcile] of queue) {
      queue.delete(key);
      reconcile();
    }
  };

  const enqueue = (kind: string, place: Place): void => {
    const reconcile = Object.hasOwn(reconcilers, kind) ? reconcilers[kind] : undefined;
    if (!reconcile) return;
    queue.set(`${kind}/${place.namespace}/${place.name}`, () => reconcile(store, clock, place));
    if (isScheduled) return;
    isScheduled = true;
    queueMicrotask(drain);
  };

  const enqueueOwner = (object: KubeObject, owner: OwnerReference | undefined): void => {
    if (owner) enqueue(owner.kind, { namespace: namespaceOf(object), name: owner.name });
  };

  return store.subscribe(({ type, object }: Change) => {
    enqueue(object.kind, placeOf(object.metadata));
    enqueueOwner(object, controllerOf(object));
    if (type === 'DELETED') collectGarbage(store, clock, object);
    if (object.kind === 'Pod') {
      for (const quota of store.list('resourcequotas', object.metadata.namespace))
        enqueue(quota.kind, placeOf(quota.metadata));
    }
    // A pod that nobody owns may belong to any ReplicaSet of its namespace.
    if (object.kind === 'Pod' && !controllerOf(object)) {
      for (const set of store.list('replicasets', object.metadata.namespace))
        enqueue(set.kind, placeOf(set.metadata));
    }
  });
}
