import type { Clock } from '#lib/clock.ts';
import type { ObjectStore, Place } from '../object-store.ts';

/** Counts, and forbids nothing: what would exceed it is for those to see who ask before. */
export function reconcileQuota(store: ObjectStore, _clock: Clock, place: Place): void {
  const quota = store.get('resourcequotas', place);
  if (!quota) return;
  const { hard } = quota.spec;
  const pods = `${store.list('pods', place.namespace).length}`;
  const used = Object.fromEntries(Object.keys(hard).map((resource) => [resource, pods]));
  store.update('resourcequotas', place, (current) => ({ ...current, status: { hard, used } }));
}
