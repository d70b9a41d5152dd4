import { describe, expect, it } from 'vitest';
import { daemonSetRules, deploymentRules, revisionNumber, statefulSetRules } from './kubernetes-deployed.ts';
import { daemonSets, deployments, statefulSets } from './kubernetes-objects.ts';
import { podTemplate } from './kubernetes-template.ts';

const metadata = {
  name: 'web',
  namespace: 'n',
  uid: 'u',
  creationTimestamp: '2026-03-03T03:12:00Z',
};
const selector = { matchLabels: { app: 'web' } };

describe('how many pods a rollout of ten lets be down at once', () => {
  const deployment = (strategy?: object, spec = {}) =>
    deploymentRules(deployments.schema.parse({ metadata, spec: { selector, strategy, ...spec } }), 10);
  const rolling = (maxSurge: number | string, maxUnavailable: number | string) =>
    deployment({ type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } }).maxUnavailable;
  const updates = (updateStrategy?: object) => ({ metadata, spec: { selector, updateStrategy } });
  const statefulSet = (updateStrategy?: object) =>
    statefulSetRules(statefulSets.schema.parse(updates(updateStrategy)), 10);
  const daemonSet = (updateStrategy?: object) =>
    daemonSetRules(daemonSets.schema.parse(updates(updateStrategy)), 10);

  it('is for a Deployment what it says, rounded down, and one where nothing could move', () => {
    expect(deployment()).toMatchObject({ maxUnavailable: 2, replacesAll: true, isPaused: false });
    expect(rolling(0, 3)).toBe(3);
    expect(rolling(1, '39%')).toBe(3);
    expect(rolling(1, 0)).toBe(0);
    expect(rolling(0, '9%')).toBe(1);
    expect(deployment({ type: 'Recreate' })).toMatchObject({ strategy: 'Recreate', maxUnavailable: 10 });
    expect(deployment(undefined, { paused: true }).isPaused).toBe(true);
  });

  it('is for a StatefulSet one unless it says more, and some of it may be held back', () => {
    expect(statefulSet()).toMatchObject({ strategy: 'RollingUpdate', replacesAll: true, maxUnavailable: 1 });
    const partition = { type: 'RollingUpdate', rollingUpdate: { partition: 2, maxUnavailable: '25%' } };
    expect(statefulSet(partition)).toMatchObject({
      strategy: 'RollingUpdate from ordinal 2',
      replacesAll: false,
      maxUnavailable: 3,
    });
    expect(statefulSet({ type: 'OnDelete' })).toMatchObject({ strategy: 'OnDelete', replacesAll: false });
  });

  it('is for a DaemonSet one unless it says another number', () => {
    expect(daemonSet()).toMatchObject({ replacesAll: true, maxUnavailable: 1 });
    const surging = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } };
    expect(daemonSet(surging)).toMatchObject({ maxUnavailable: 0 });
    expect(daemonSet({ type: 'OnDelete' })).toMatchObject({ replacesAll: false });
  });
});

it.each([
  ['42', 42],
  ['0', 0],
  ['-1', 0],
  ['1.5', 0],
  ['newest', 0],
  ['', 0],
])('the revision "%s" is number %d', (text, number) => {
  expect(revisionNumber({ 'deployment.kubernetes.io/revision': text })).toBe(number);
});

describe('what a pod takes from a quota', () => {
  const demandOf = (containers: readonly object[], initContainers: readonly object[] = []) => {
    const named = (all: readonly object[]) =>
      all.map((resources, i) => ({ name: `c${i}`, image: 'x', resources }));
    const template = { spec: { containers: named(containers), initContainers: named(initContainers) } };
    return podTemplate(deployments.schema.parse({ metadata, spec: { selector, template } }).spec.template)
      .demand;
  };

  it('is what its containers ask for together', () => {
    const half = { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '2Gi' } };
    expect(demandOf([half, half])).toEqual({
      pods: 1,
      'requests.cpu': 1,
      'requests.memory': 2 * 2 ** 30,
      'limits.memory': 4 * 2 ** 30,
    });
  });

  it('takes the limit for a request that is not given, and the greatest of what runs before', () => {
    expect(demandOf([{ limits: { cpu: '2' } }])).toEqual({ pods: 1, 'requests.cpu': 2, 'limits.cpu': 2 });
    const small = { requests: { cpu: '100m' } };
    expect(demandOf([small], [{ requests: { cpu: '3' } }, small])).toEqual({ pods: 1, 'requests.cpu': 3 });
  });

  it('is unknown where one of them does not say', () => {
    expect(demandOf([{ requests: { cpu: '1' } }, {}])).toEqual({ pods: 1 });
    expect(demandOf([{ requests: { cpu: 'much' } }])).toEqual({ pods: 1 });
  });
});
