import { describe, expect, it } from 'vitest';
import { daemonSets, deployments, statefulSets } from './kubernetes-objects.ts';
import { daemonSetNumbers, deploymentNumbers, statefulSetNumbers } from './kubernetes-workload.ts';

const metadata = {
  name: 'web',
  namespace: 'n',
  uid: 'u',
  generation: 2,
  creationTimestamp: '2026-03-03T03:12:00Z',
};
const selector = { matchLabels: { app: 'web' } };

describe('a Deployment of three is rolling out', () => {
  const done = {
    observedGeneration: 2,
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
  };
  const progressing = (reason: string, status = 'True') => ({
    conditions: [{ type: 'Progressing', status, reason }],
  });
  const complete = progressing('NewReplicaSetAvailable');
  const unfinished = progressing('ReplicaSetUpdated');
  it.each<[string, object, boolean]>([
    ['not when all is done', { ...done, ...complete }, false],
    ['until its controller has seen the change', { ...done, ...complete, observedGeneration: 1 }, true],
    ['while not all pods are new', { ...done, ...unfinished, updatedReplicas: 2 }, true],
    ['while old pods are still there', { ...done, ...unfinished, replicas: 4 }, true],
    [
      'while the newest are not available for the first time',
      { ...done, ...unfinished, availableReplicas: 2 },
      true,
    ],
    [
      'not because a pod crashes later',
      { ...done, ...complete, readyReplicas: 2, availableReplicas: 2 },
      false,
    ],
    ['not when all crash later', { ...done, ...complete, readyReplicas: 0, availableReplicas: 0 }, false],
    [
      'not when it was given up with all pods new',
      { ...done, ...progressing('ProgressDeadlineExceeded', 'False'), availableReplicas: 0 },
      false,
    ],
    [
      'when it was given up half way',
      { ...done, ...progressing('ProgressDeadlineExceeded', 'False'), replicas: 4, updatedReplicas: 1 },
      true,
    ],
    ['when it has no status yet', {}, true],
  ])('%s', (_title, status, rollingOut) => {
    const parsed = deployments.schema.parse({ metadata, spec: { selector, replicas: 3 }, status });
    expect(deploymentNumbers(parsed)).toMatchObject({ desired: 3, rollingOut });
  });
});

describe('a StatefulSet of three is rolling out', () => {
  const same = { observedGeneration: 2, currentRevision: 'a', updateRevision: 'a', updatedReplicas: 3 };
  const moving = { ...same, updateRevision: 'b' };
  const partition = (count: number) => ({ updateStrategy: { rollingUpdate: { partition: count } } });
  it.each<[string, object, object, boolean]>([
    ['not when all is done', same, {}, false],
    ['until its controller has seen the change', { ...same, observedGeneration: 1 }, {}, true],
    ['while not all pods are new', { ...moving, updatedReplicas: 2 }, {}, true],
    ['not while one is replaced', { ...same, updatedReplicas: 2 }, {}, false],
    ['not beyond its partition', { ...moving, updatedReplicas: 1 }, partition(2), false],
    ['up to its partition', { ...moving, updatedReplicas: 0 }, partition(2), true],
  ])('%s', (_title, status, spec, rollingOut) => {
    const parsed = statefulSets.schema.parse({ metadata, spec: { selector, replicas: 3, ...spec }, status });
    expect(statefulSetNumbers(parsed)).toMatchObject({ desired: 3, rollingOut });
  });
});

describe('a DaemonSet on three nodes is rolling out', () => {
  const done = {
    observedGeneration: 2,
    desiredNumberScheduled: 3,
    updatedNumberScheduled: 3,
    numberAvailable: 3,
  };
  it.each<[string, object, boolean]>([
    ['not when all is done', done, false],
    ['until its controller has seen the change', { ...done, observedGeneration: 1 }, true],
    ['while not all pods are new', { ...done, updatedNumberScheduled: 2 }, true],
    ['not because a pod crashes', { ...done, numberAvailable: 1 }, false],
  ])('%s', (_title, status, rollingOut) => {
    const parsed = daemonSets.schema.parse({ metadata, spec: { selector }, status });
    expect(daemonSetNumbers(parsed)).toMatchObject({ desired: 3, rollingOut });
  });
});
