import type { Pod, PodStatus } from '../objects.ts';
import { timestamp } from '../timestamp.ts';
import {
  DELETE_AFTER_ANNOTATION,
  PLAY_ANNOTATION,
  type Play,
  parseDurationMs,
  parsePlay,
  READY_AFTER_ANNOTATION,
} from './play.ts';
import { type ContainersAre, isReady, restartsOf, startedStatus, waitingReason } from './pod-status.ts';

export interface PodStep {
  /** Steps of the same name are the same one: it is not started anew when something else of the pod changes. */
  readonly name: string;
  readonly afterMs: number;
  /** Undefined: the pod is gone. */
  readonly status: (pod: Pod, now: Date) => PodStatus | undefined;
}

const TERMINATING_MS = 500;
const SLOW_READY_MS = 10_000;
/** As kubelets do it: doubled with each restart. */
const FIRST_BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 300_000;

/** What becomes of a pod by itself, as a kubelet would make it. Undefined: it stays as it is. */
export function nextStep(pod: Pod, readyAfterMs: number): PodStep | undefined {
  const annotations = pod.metadata.annotations ?? {};
  if (pod.metadata.deletionTimestamp !== undefined) {
    const afterMs = parseDurationMs(annotations[DELETE_AFTER_ANNOTATION], TERMINATING_MS);
    return { name: 'remove', afterMs, status: () => undefined };
  }
  const play = parsePlay(annotations[PLAY_ANNOTATION]);
  if (play === 'crash-loop' || play === 'oom-killed') return failStep(pod, play);
  if (pod.status.phase === 'Pending') return step('start', 0, notReady);
  if (play === 'never-ready') return isReady(pod) ? step('lose readiness', 0, notReady) : undefined;
  if (isReady(pod)) return undefined;
  if (play === undefined) return step('ready', readyAfterMs, ready);
  return step('ready slowly', parseDurationMs(annotations[READY_AFTER_ANNOTATION], SLOW_READY_MS), ready);
}

type Describe = (now: Date) => ContainersAre;

function step(name: string, afterMs: number, describe: Describe): PodStep {
  return { name, afterMs, status: (pod, now) => startedStatus(pod, describe(now), now) };
}

const notReady: Describe = (now) => ({ ready: false, state: { running: { startedAt: timestamp(now) } } });
const ready: Describe = (now) => ({ ready: true, state: { running: { startedAt: timestamp(now) } } });

const failures: Readonly<Record<'crash-loop' | 'oom-killed', { reason: string; describe: Describe }>> = {
  'crash-loop': {
    reason: 'CrashLoopBackOff',
    describe: (now) => ({
      ready: false,
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off restarting failed container' } },
      lastState: { terminated: { reason: 'Error', exitCode: 1, finishedAt: timestamp(now) } },
      restarts: 'one more',
    }),
  },
  'oom-killed': {
    reason: 'OOMKilled',
    describe: (now) => {
      const terminated = { reason: 'OOMKilled', exitCode: 137, finishedAt: timestamp(now) };
      return { ready: false, state: { terminated }, lastState: { terminated }, restarts: 'one more' };
    },
  },
};

function failStep(pod: Pod, play: Exclude<Play, 'never-ready' | 'slow-ready'>): PodStep {
  const { reason, describe } = failures[play];
  if (waitingReason(pod) !== reason) return step(play, 0, describe);
  const restarts = restartsOf(pod);
  const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** (restarts - 1), LONGEST_BACKOFF_MS);
  return step(`${play} after ${restarts} restarts`, backoffMs, describe);
}
