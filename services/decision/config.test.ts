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

it('has no budget unless it is told one, and none that could not be reached', () => {
  expect(policy.parse(undefined).budget).toEqual({ global: 0, perTarget: 0 });
  expect(policy.parse({ budget: { perTarget: 50 } }).budget).toEqual({ global: 0, perTarget: 50 });
  expect(policy.safeParse({ budget: { global: 10, perTarget: 50 } }).success).toBe(false);
  expect(policy.safeParse({ budget: { global: -1 } }).success).toBe(false);
});

it('lets no order wait for longer than executors remember that it was cancelled', () => {
  expect(policy.parse({ actWithinMs: 86_400_000 }).actWithinMs).toBe(86_400_000);
  expect(policy.safeParse({ actWithinMs: 86_400_001 }).success).toBe(false);
});

it('tells a storm by five services or a fifth of them, unless it is told otherwise', () => {
  expect(policy.parse(undefined).storm).toEqual({ services: 5, percent: 20 });
  expect(policy.parse({ storm: { services: 50 } }).storm).toEqual({ services: 50, percent: 20 });
  for (const storm of [{ services: 0 }, { percent: 101 }, { percent: -1 }, { seconds: 60 }])
    expect(policy.safeParse({ storm }).success).toBe(false);
});

it('makes drafts of its files unless it is told to activate them, and needs none', () => {
  expect(registry.parse(undefined)).toEqual({ onStart: 'draft' });
  expect(registry.parse({ onStart: 'activate' })).toEqual({ onStart: 'activate' });
  expect(registry.safeParse({ onStart: 'active' }).success).toBe(false);
  expect(runbooks.parse(undefined)).toEqual([]);
});
