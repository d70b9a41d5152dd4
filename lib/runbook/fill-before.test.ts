import { expect, it } from 'vitest';
import { fillBefore } from './fill-before.ts';

const undo = {
  action: 'kubernetes.scale',
  with: { namespace: 'shop', name: 'web', replicas: '${before.replicas}' },
};

it('puts back the number that was there', () => {
  expect(fillBefore(undo, { replicas: 3 })).toEqual({
    ok: true,
    with: { namespace: 'shop', name: 'web', replicas: 3 },
  });
});

it.each([
  ['not recorded', {}, 'the state before does not say what replicas was'],
  ['no number', { replicas: 'many' }, 'replicas is not a whole number'],
  ['out of range', { replicas: 0 }, 'replicas is less than 1'],
  [
    'inherited',
    Object.create({ replicas: 3 }) as Record<string, number>,
    'the state before does not say what replicas was',
  ],
])('undoes nothing with a fact that is %s', (_, before, why) => {
  expect(fillBefore(undo, before)).toEqual({ ok: false, why });
});
