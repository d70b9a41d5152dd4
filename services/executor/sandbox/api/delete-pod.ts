import type { Clock } from '#lib/clock.ts';
import { type ObjectStore, placeOf } from '../object-store.ts';
import type { Pod } from '../objects.ts';
import { timestamp } from '../timestamp.ts';

/** With a grace period it first becomes Terminating, and the kubelet removes it. A later one can only shorten it. */
export function deletePod(store: ObjectStore, clock: Clock, pod: Pod, graceSeconds?: number): Pod {
  const place = placeOf(pod.metadata);
  const terminating = withDeletion(pod, clock.now(), graceSeconds);
  store.update('pods', place, () => terminating);
  const current = store.get('pods', place) ?? terminating;
  if (terminating.metadata.deletionGracePeriodSeconds === 0) store.remove('pods', place);
  return current;
}

/** The pod as it is once its deletion is accepted. */
export function withDeletion(
  pod: Pod,
  now: Date,
  graceSeconds = pod.spec.terminationGracePeriodSeconds,
): Pod {
  const { deletionGracePeriodSeconds: running } = pod.metadata;
  if (running !== undefined && running <= graceSeconds) return pod;
  const deletionTimestamp = timestamp(new Date(now.getTime() + graceSeconds * 1_000));
  return {
    ...pod,
    metadata: { ...pod.metadata, deletionTimestamp, deletionGracePeriodSeconds: graceSeconds },
  };
}
