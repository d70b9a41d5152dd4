import { expect, it } from 'vitest';
import { configSchema } from './config.ts';

const { policy, registry, runbooks } = configSchema.shape;

it('limits what is under way at once, unless it is told otherwise', () => {
  expect(policy.parse(undefined).concurrency).toEqual({
    global: 10,
    perTarget: 5,
    perNamespace: 3,
    perService: 1,
  });
  expect(policy.parse({ concurrency: { global: 50 } }).concurrency).toMatchObject({
    global: 50,
    perTarget: 5,
  });
});

it.each<[string, object]>([
  ['a limit of nothing, which would look like a working system', { global: 0 }],
  ['part of an action', { perTarget: 1.5 }],
  ['a limit that could never be reached', { perTarget: 20 }],
  ['more of a service than of its namespace', { perService: 4 }],
  ['a key it does not know', { perCluster: 3 }],
])('refuses %s', (_, concurrency) => {
  expect(policy.safeParse({ concurrency }).success).toBe(false);
});

it('makes drafts of its files unless it is told to activate them, and needs none', () => {
  expect(registry.parse(undefined)).toEqual({ onStart: 'draft' });
  expect(registry.parse({ onStart: 'activate' })).toEqual({ onStart: 'activate' });
  expect(registry.safeParse({ onStart: 'active' }).success).toBe(false);
  expect(runbooks.parse(undefined)).toEqual([]);
});
