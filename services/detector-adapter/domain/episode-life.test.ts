import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EpisodeWorld, SENDS } from '../fixtures/episode-world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const how = {
  send: fc.oneof(
    { weight: 1, arbitrary: fc.constant('good' as const) },
    { weight: 2, arbitrary: fc.constantFrom(...SENDS) },
  ),
  skewMs: fc.integer({ min: -2_000, max: 2_000 }),
};
const startAgeMs = fc.option(fc.constantFrom(-30 * SECOND, 0, MINUTE, 10 * MINUTE, 2 * HOUR, 20 * HOUR), {
  nil: undefined,
});
const pauses = fc.constantFrom(1, SECOND, MINUTE, 5 * MINUTE, 6 * MINUTE, 61 * MINUTE, 25 * HOUR);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('fire' as const), ...how, startAgeMs }) },
  // A source that goes on saying the same start.
  { weight: 3, arbitrary: fc.record({ do: fc.constant('fireAgain' as const), ...how }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('resolve' as const), ...how, startAgeMs }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('sweep' as const), ...how }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.oneof(pauses, fc.nat(10 * MINUTE)) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('writeLate' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rebuild' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function live(steps: readonly Step[]): EpisodeWorld {
  const world = new EpisodeWorld();
  let lastStartMs: number | undefined;
  for (const each of steps) {
    const startMs =
      'startAgeMs' in each && each.startAgeMs !== undefined ? world.nowMs - each.startAgeMs : undefined;
    lastStartMs = startMs ?? lastStartMs;
    if (each.do === 'wait') world.nowMs += each.ms;
    else if (each.do === 'writeLate') world.writeLate();
    else if (each.do === 'rebuild') world.rebuild();
    else if (each.do === 'sweep') world.sweep(each);
    else if (each.do === 'resolve') world.resolve(startMs, each);
    else world.fire(each.do === 'fire' ? startMs : lastStartMs, each);
  }
  return world;
}

it('an episode keeps its promises through any life: events late and twice, lost answers, sweeps, rebuilds', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const world = live(steps);
      world.checkIds();
      expect(world.openIncidents().length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 2_000 },
  );
}, 60_000);
