import { nodeStatus, podStatus, terminatedContainer } from './status-templates.ts';

/** An annotation on a pod, also on one that runs already; without it a pod is Ready at once. */
export const playAnnotation = 'lab.belay.run/play';
/** For `slow-ready`: a Go duration such as "1500ms"; 3 s unless given. */
export const readyAfterAnnotation = 'lab.belay.run/ready-after';
/** How long a deleted pod stays Terminating: a Go duration, nothing unless given. */
export const deleteAfterAnnotation = 'lab.belay.run/delete-after';

export type Play = 'crash-loop' | 'oom-killed' | 'never-ready' | 'slow-ready';

const every: readonly Play[] = ['crash-loop', 'oom-killed', 'never-ready', 'slow-ready'];
const restartsEveryMs = 5_000;
const heartbeatEveryMs = 20_000;

/** The configuration of kwok: how nodes and pods go from one state to the next. */
export function kwokStages(): string {
  return [...nodeStages, ...podStages].map((stage) => JSON.stringify(stage)).join('\n---\n');
}

const nodeIsReady = '.status.conditions.[] | select( .type == "Ready" ) | .status';

const nodeStages = [
  stage('Node', 'node-ready', [notIn(nodeIsReady, 'True')], { statusTemplate: nodeStatus }),
  stage(
    'Node',
    'node-heartbeat',
    [isIn(nodeIsReady, 'True')],
    { statusTemplate: nodeStatus },
    { durationMilliseconds: heartbeatEveryMs },
    // It leads to the state in which it began, which kwok would otherwise not look at again.
    { immediateNextStage: true },
  ),
];

const play = `.metadata.annotations["${playAnnotation}"]`;
const phase = '.status.phase';
const podIsReady = '.status.conditions.[] | select( .type == "Ready" ) | .status';
const waitingFor = '.status.containerStatuses.[].state.waiting.reason';
const endedBy = '.status.containerStatuses.[].state.terminated.reason';
const owner = '.metadata.ownerReferences.[].kind';
const isLive = { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' };
const isStarted = isIn(phase, 'Pending', 'Running');

const crashLooping = podStatus({
  ready: false,
  state: `
      waiting:
        reason: CrashLoopBackOff
        message: back-off restarting failed container`,
  lastState: terminatedContainer('Error', 1),
  restarts: 'more',
});
const oomKilled = podStatus({
  ready: false,
  state: terminatedContainer('OOMKilled', 137),
  lastState: terminatedContainer('OOMKilled', 137),
  restarts: 'more',
});
const running = `
      running:
        startedAt: {{ $now | Quote }}`;
const ready = podStatus({ ready: true, state: running, restarts: 'same' });
const notReady = podStatus({ ready: false, state: running, restarts: 'same' });
const completed = podStatus({
  phase: 'Succeeded',
  ready: false,
  state: terminatedContainer('Completed', 0),
  restarts: 'same',
});

const podStages = [
  pod('pod-ready', [isLive, isStarted, notIn(podIsReady, 'True'), notIn(play, ...every)], ready),
  pod('pod-complete', [isLive, isIn(phase, 'Running'), isIn(owner, 'Job'), notIn(play, ...every)], completed),
  pod(
    'pod-starts-not-ready',
    [isLive, isIn(phase, 'Pending'), isIn(play, 'never-ready', 'slow-ready')],
    notReady,
  ),
  pod('pod-loses-readiness', [isLive, isIn(podIsReady, 'True'), isIn(play, 'never-ready')], notReady),
  pod(
    'pod-ready-slowly',
    [isLive, isIn(phase, 'Running'), notIn(podIsReady, 'True'), isIn(play, 'slow-ready')],
    ready,
    { durationMilliseconds: 3_000, durationFrom: fromAnnotation(readyAfterAnnotation) },
  ),
  ...again('pod-crash-loop', 'crash-loop', waitingFor, 'CrashLoopBackOff', crashLooping),
  ...again('pod-oom-killed', 'oom-killed', endedBy, 'OOMKilled', oomKilled),
  stage(
    'Pod',
    'pod-delete',
    [{ key: '.metadata.deletionTimestamp', operator: 'Exists' }],
    { delete: true },
    { durationMilliseconds: 0, durationFrom: fromAnnotation(deleteAfterAnnotation) },
  ),
];

/** A failure that comes at once and then again and again, with one more restart each time. */
function again(name: string, played: Play, reasonKey: string, reason: string, statusTemplate: string) {
  const live = [isLive, isStarted, isIn(play, played)];
  return [
    pod(name, [...live, notIn(reasonKey, reason)], statusTemplate),
    pod(
      `${name}-again`,
      [...live, isIn(reasonKey, reason)],
      statusTemplate,
      { durationMilliseconds: restartsEveryMs },
      { immediateNextStage: true },
    ),
  ];
}

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

function pod(
  name: string,
  matchExpressions: readonly Requirement[],
  statusTemplate: string,
  delay?: object,
  more?: object,
) {
  return stage('Pod', name, matchExpressions, { statusTemplate }, delay, more);
}

function stage(
  kind: 'Node' | 'Pod',
  name: string,
  matchExpressions: readonly Requirement[],
  next: object,
  delay: object = {},
  more: object = {},
): object {
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: { resourceRef: { apiGroup: 'v1', kind }, selector: { matchExpressions }, delay, next, ...more },
  };
}

function isIn(key: string, ...values: readonly string[]): Requirement {
  return { key, operator: 'In', values };
}

function notIn(key: string, ...values: readonly string[]): Requirement {
  return { key, operator: 'NotIn', values };
}

function fromAnnotation(name: string): object {
  return { expressionFrom: `.metadata.annotations["${name}"]` };
}
