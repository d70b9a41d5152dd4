import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planRollout, type Replicas, type RolloutFacts } from './rollout-plan.ts';

const set = (name: string, replicas: number, available = replicas): Replicas => ({
  name,
  replicas,
  available,
});
const plan = (facts: Partial<RolloutFacts>) =>
  Object.fromEntries(
    planRollout({ desired: 3, maxSurge: 1, maxUnavailable: 0, current: set('new', 0), old: [], ...facts }),
  );

describe('one move at a time', () => {
  it.each<[string, Partial<RolloutFacts>, Record<string, number>]>([
    ['starts with as many as may be too many', { old: [set('old', 3)] }, { new: 1 }],
    ['waits for the new one to serve', { current: set('new', 1, 0), old: [set('old', 3)] }, {}],
    [
      'lets an old one go for each new one that serves',
      { current: set('new', 1), old: [set('old', 3)] },
      { old: 2 },
    ],
    ['lets go first what serves nobody', { current: set('new', 0), old: [set('old', 4, 2)] }, { old: 3 }],
    ['makes all at once when there is nothing yet', {}, { new: 3 }],
    ['is at rest when all is new', { current: set('new', 3), old: [set('old', 0)] }, {}],
    ['scales down what is too much', { current: set('new', 5) }, { new: 3 }],
    ['goes to zero', { desired: 0, maxSurge: 0, current: set('new', 2), old: [set('old', 1)] }, { new: 0 }],
  ])('%s', (_title, facts, expected) => {
    expect(plan(facts)).toEqual(expected);
  });
});

/** Pods become available one by one, in any order. */
const runs = fc.record({
  desired: fc.integer({ min: 0, max: 8 }),
  maxSurge: fc.integer({ min: 0, max: 3 }),
  maxUnavailable: fc.integer({ min: 0, max: 3 }),
  old: fc.array(fc.nat({ max: 4 }), { maxLength: 3 }),
});

it('always arrives, and never falls below what must be available on its way', () => {
  fc.assert(
    fc.property(runs, ({ desired, maxSurge, maxUnavailable, old: sizes }) => {
      fc.pre(maxSurge + maxUnavailable > 0);
      const sets = new Map([
        ['new', set('new', 0)],
        ...sizes.map((size, i) => [`old-${i}`, set(`old-${i}`, size)] as const),
      ]);
      const total = () => [...sets.values()].reduce((sum, { available }) => sum + available, 0);
      const floor = Math.min(total(), desired - maxUnavailable);
      for (let moves = 0; moves < 100; moves += 1) {
        const current = sets.get('new') as Replicas;
        const old = [...sets.values()].filter((other) => other !== current);
        const next = planRollout({ desired, maxSurge, maxUnavailable, current, old });
        for (const [name, replicas] of next) {
          const before = sets.get(name) as Replicas;
          sets.set(name, set(name, replicas, Math.min(before.available, replicas)));
        }
        expect(total()).toBeGreaterThanOrEqual(floor);
        const starting = [...sets.values()].find(({ replicas, available }) => available < replicas);
        if (starting) sets.set(starting.name, set(starting.name, starting.replicas, starting.available + 1));
        else if (next.size === 0) break;
      }
      expect(sets.get('new')).toEqual(set('new', desired));
      expect([...sets.values()].filter(({ name, replicas }) => name !== 'new' && replicas > 0)).toEqual([]);
    }),
  );
});
