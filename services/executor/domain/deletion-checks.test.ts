import { describe, expect, it } from 'vitest';
import { checkDeletion, type DeletionScene } from './deletion-checks.ts';
import type { Limits } from './observation.ts';
import type { PodState, WorkloadState } from './target-state.ts';

const OPT_IN = { 'remediator.kubedojo.io/enabled': 'true' };
const limits: Limits = {
  allowedNamespaces: ['production'],
  requiredLabels: OPT_IN,
  minimumReadyPeers: 2,
  maxPercentOfReplicas: 50,
  preChecks: [],
};
const pod = (uid: string, change: Partial<PodState> = {}): PodState => ({
  namespace: 'production',
  name: `api-${uid}`,
  uid,
  labels: OPT_IN,
  ready: true,
  terminating: false,
  restarts: 0,
  createdAt: new Date(0),
  controller: { kind: 'replicaset', name: 'api-1', uid: 'rs' },
  ...change,
});
const workload = (change: Partial<WorkloadState> = {}): WorkloadState => ({
  kind: 'deployment',
  name: 'api',
  uid: 'd',
  namespace: 'production',
  labels: {},
  desired: 3,
  ready: 2,
  available: 2,
  rollingOut: false,
  selector: 'app=web',
  ...change,
});
const sick = pod('sick', { ready: false, restarts: 7 });
const scene = (change: Partial<DeletionScene> = {}): DeletionScene => ({
  namespace: 'production',
  name: 'api-sick',
  pod: sick,
  workload: workload(),
  pods: [sick, pod('a'), pod('b')],
  holder: 'act-1',
  isHeld: true,
  recentActions: 0,
  judge: (expression) => ({ holds: expression === 'true', why: 'it is false' }),
  ...change,
});
const refusals = (change: Partial<DeletionScene> = {}, of: Partial<Limits> = {}) =>
  checkDeletion(scene(change), { ...limits, ...of })
    .filter((check) => !check.ok)
    .map((check) => check.name);

describe('a pod may be deleted', () => {
  it('when its peers carry the load', () => {
    expect(refusals()).toEqual([]);
  });

  it('also a Ready one, which then counts among the Ready', () => {
    const well = pod('well');
    expect(refusals({ pod: well, pods: [well, pod('a')], workload: workload({ desired: 2 }) })).toEqual([]);
  });

  it.each<[string, string[], Partial<DeletionScene>, Partial<Limits>]>([
    ['it is in a namespace that is not allowed', ['namespace'], { namespace: 'default' }, {}],
    ['it is not there', ['pod', 'opt-in'], { pod: undefined }, {}],
    ['it is terminating', ['pod'], { pod: pod('sick', { terminating: true }) }, {}],
    ['it never opted in', ['opt-in'], { pod: pod('sick', { labels: {} }) }, {}],
    [
      'its label has another value',
      ['opt-in'],
      { pod: pod('sick', { labels: { 'remediator.kubedojo.io/enabled': 'no' } }) },
      {},
    ],
    [
      'nobody would replace it',
      ['controller', 'ready peers', 'replicas'],
      { workload: undefined, pods: [] },
      {},
    ],
    ['too few are Ready', ['ready peers', 'replicas'], { pods: [sick, pod('a')] }, {}],
    ['another action on its workload is not over', ['workload'], { holder: 'act-2', isHeld: false }, {}],
    [
      'with those that are down already too many would be',
      ['replicas'],
      { pod: pod('a'), pods: [sick, pod('a'), pod('b')] },
      {},
    ],
    [
      'it is the only one',
      ['ready peers', 'replicas'],
      { pods: [pod('sick')], pod: pod('sick'), workload: workload({ desired: 1 }) },
      { minimumReadyPeers: 1 },
    ],
    [
      'Ready peers are going',
      ['ready peers', 'replicas'],
      { pods: [sick, pod('a'), pod('b', { terminating: true })] },
      {},
    ],
    [
      'it is too large a share',
      ['replicas'],
      { workload: workload({ desired: 2 }) },
      { maxPercentOfReplicas: 49 },
    ],
    ['a rollout is under way', ['rollout'], { workload: workload({ rollingOut: true }) }, {}],
  ])('not when %s', (_title, expected, change, of) => {
    expect(refusals(change, of)).toEqual(expected);
  });

  it.each([
    ['replicas_greater_than_one', '', {}, true],
    ['replicas_greater_than_one', '', { workload: workload({ desired: 1 }) }, false],
    ['recent_restarts_less_than_three', '', { recentActions: 2 }, true],
    ['recent_restarts_less_than_three', '', { recentActions: 3 }, false],
    ['something_new', '', {}, false],
    ['constructor', '', {}, false],
    ['an expression', 'true', {}, true],
    ['an expression', 'false', {}, false],
    ['replicas_greater_than_one', 'false', {}, false],
  ])('as the runbook asks: %s %s', (name, expression, change, ok) => {
    const checks = checkDeletion(scene(change), { ...limits, preChecks: [{ name, expression }] });
    expect(checks.at(-1)).toMatchObject({ name, ok });
  });

  it('never without a reason for the refusal', () => {
    const checks = checkDeletion(
      scene({ pod: undefined, workload: undefined, pods: [], namespace: 'x' }),
      limits,
    );
    for (const check of checks) expect(check.ok === (check.reason === '')).toBe(true);
  });
});
