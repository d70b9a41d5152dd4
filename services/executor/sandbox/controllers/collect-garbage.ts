import type { Clock } from '#lib/clock.ts';
import { deletePod } from '../api/delete-pod.ts';
import { type ObjectStore, placeOf } from '../object-store.ts';
import type { KubeObject } from '../objects.ts';
import { controllerOf } from './ownership.ts';

/** What its controller leaves behind goes too. */
export function collectGarbage(store: ObjectStore, clock: Clock, { metadata: owner }: KubeObject): void {
  for (const set of store.list('replicasets', owner.namespace)) {
    if (controllerOf(set)?.uid === owner.uid) store.remove('replicasets', placeOf(set.metadata));
  }
  for (const pod of store.list('pods', owner.namespace)) {
    if (controllerOf(pod)?.uid === owner.uid) deletePod(store, clock, pod);
  }
}
