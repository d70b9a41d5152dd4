import { expect, it } from 'vitest';
import { deployed, lookingAt, web } from '../fixtures/look.ts';
import { checkDeletion } from './deletion-checks.ts';
import { refusalCode } from './refusal-code.ts';

const labels = { 'remediator.kubedojo.io/enabled': 'true' };
const pod = (name: string, ready = true) => ({
  namespace: web.namespace,
  name,
  uid: name,
  labels,
  ready,
  terminating: false,
  restarts: 0,
  createdAt: new Date(0),
  controller: { kind: 'ReplicaSet', name: 'web', uid: 'rs' },
});
const calm = {
  ...web,
  pod: pod('sick', false),
  workload: deployed(),
  pods: [pod('sick', false), pod('a'), pod('b')],
  holder: 'act-1',
  isHeld: true,
  recentActions: 0,
  judge: () => ({ holds: true, why: '' }),
};
const codeOf = (scene: object, minimumReadyPeers = 1) =>
  refusalCode(checkDeletion({ ...calm, ...scene }, { ...lookingAt({}).limits, minimumReadyPeers }));

it('is busy where another action or a rollout is under way, or a pod is not Ready yet', () => {
  expect(codeOf({ holder: 'act-0', isHeld: false })).toBe('target_busy');
  expect(codeOf({ workload: deployed({ rollingOut: true }) })).toBe('target_busy');
  expect(codeOf({}, 3)).toBe('target_busy');
});

it('is a failed check where anything refuses that nobody else will end', () => {
  const one = { workload: deployed({ desired: 1 }), pods: [pod('sick', false)] };
  const limits = { ...lookingAt({}).limits, maxPercentOfReplicas: 50 };
  expect(refusalCode(checkDeletion({ ...calm, ...one }, limits))).toBe('pre_check_failed');
  expect(codeOf({ pod: undefined, isHeld: false })).toBe('pre_check_failed');
  expect(codeOf({ pod: { ...pod('sick'), labels: {} }, isHeld: false })).toBe('pre_check_failed');
});
