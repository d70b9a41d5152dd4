import type { Condition, ContainerStatus, Pod, PodStatus } from '../objects.ts';
import { timestamp } from '../timestamp.ts';

export interface ContainersAre {
  readonly ready: boolean;
  readonly state: object;
  readonly lastState?: object;
  readonly restarts?: 'one more';
}

export function isReady({ status }: Pod): boolean {
  return (status.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');
}

export function restartsOf({ status }: Pod): number {
  return status.containerStatuses?.[0]?.restartCount ?? 0;
}

/** What keeps its first container from running, as kubectl shows it. */
export function waitingReason({ status }: Pod): string | undefined {
  const { waiting, terminated } = (status.containerStatuses?.[0]?.state ?? {}) as StateWithReason;
  return (waiting ?? terminated)?.reason;
}

interface StateWithReason {
  readonly waiting?: { readonly reason: string };
  readonly terminated?: { readonly reason: string };
}

type PodToBe = Pick<Pod, 'spec' | 'status'>;

export function readyStatus(pod: PodToBe, now: Date): PodStatus {
  return startedStatus(pod, { ready: true, state: { running: { startedAt: timestamp(now) } } }, now);
}

export function startedStatus(pod: PodToBe, containers: ContainersAre, now: Date): PodStatus {
  const { ready, state, lastState, restarts } = containers;
  const containerStatuses = pod.spec.containers.map(({ name, image }, index): ContainerStatus => {
    const old = pod.status.containerStatuses?.[index];
    return {
      name,
      image,
      ready,
      started: ready,
      restartCount: (old?.restartCount ?? 0) + (restarts === 'one more' ? 1 : 0),
      state,
      lastState: lastState ?? old?.lastState ?? {},
    };
  });
  const conditions = [
    condition(pod, 'PodScheduled', true, now),
    condition(pod, 'Initialized', true, now),
    condition(pod, 'ContainersReady', ready, now),
    condition(pod, 'Ready', ready, now),
  ];
  const startTime = pod.status.startTime ?? timestamp(now);
  return { phase: 'Running', startTime, conditions, containerStatuses };
}

function condition(pod: PodToBe, type: string, isTrue: boolean, now: Date): Condition {
  const status = isTrue ? 'True' : 'False';
  const old = (pod.status.conditions ?? []).find((other) => other.type === type);
  if (old?.status === status) return old;
  const reason = isTrue ? {} : { reason: 'ContainersNotReady' };
  return { type, status, ...reason, lastTransitionTime: timestamp(now) };
}
