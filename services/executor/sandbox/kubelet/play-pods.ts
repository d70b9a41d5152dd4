import type { Clock } from '#lib/clock.ts';
import { type Change, type ObjectStore, placeOf } from '../object-store.ts';
import type { Pod } from '../objects.ts';
import { nextStep, type PodStep } from './next-step.ts';

export interface PlayOptions {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly readyAfterMs: number;
}

/** Takes each pod from one state to the next, in its time. Returns the way to stop. */
export function playPods({ store, clock, readyAfterMs }: PlayOptions): () => void {
  const running = new Map<string, { step: PodStep; cancel: AbortController }>();

  const stopStep = (uid: string): void => {
    running.get(uid)?.cancel.abort();
    running.delete(uid);
  };

  const lookAt = (pod: Pod): void => {
    const { uid } = pod.metadata;
    const step = nextStep(pod, readyAfterMs);
    if (step?.name === running.get(uid)?.step.name) return;
    stopStep(uid);
    if (step) void run(pod, step);
  };

  const run = async (pod: Pod, step: PodStep): Promise<void> => {
    const { uid } = pod.metadata;
    const cancel = new AbortController();
    running.set(uid, { step, cancel });
    await clock.sleep(step.afterMs, cancel.signal);
    if (cancel.signal.aborted) return;
    running.delete(uid);
    const place = placeOf(pod.metadata);
    const current = store.get('pods', place);
    if (current?.metadata.uid !== uid) return;
    const status = step.status(current, clock.now());
    if (status) store.update('pods', place, (now) => ({ ...now, status }));
    else store.remove('pods', place);
  };

  const onChange = ({ plural, type, object }: Change): void => {
    if (plural !== 'pods') return;
    if (type === 'DELETED') stopStep(object.metadata.uid);
    else lookAt(object as Pod);
  };
  const unsubscribe = store.subscribe(onChange);
  return () => {
    unsubscribe();
    for (const uid of [...running.keys()]) stopStep(uid);
  };
}
