import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { riskOfScale, type ScaleBounds, scaleTarget } from './scale-target.ts';

const free: ScaleBounds = { minReplicas: undefined, maxReplicas: undefined, onlyUp: false };
const count = fc.integer({ min: 1, max: 10_000 });
const bounds = fc.record({
  minReplicas: fc.option(count, { nil: undefined }),
  maxReplicas: fc.option(count, { nil: undefined }),
  onlyUp: fc.boolean(),
});
const load = fc.double({ min: 0, noNaN: true });

describe('the count', () => {
  it.each<[number, number, number | undefined]>([
    [3, 2, 5],
    [3, -1, 2],
    [3, -5, 1],
    [9, 2, 11],
  ])('of %d and %d more is %d', (current, addReplicas, target) => {
    expect(scaleTarget(current, { addReplicas }, free)).toBe(target);
  });

  it.each([
    [100, 100, 4],
    [150, 100, 5],
    [0, 100, 3],
    [1e300, 1, 20],
  ])('for a load of %d where three carry %d is %d', (predictedLoad, currentLoad, target) => {
    const bounds = { ...free, maxReplicas: 20 };
    expect(scaleTarget(3, { predictedLoad, currentLoad }, bounds)).toBe(target);
  });

  it('never goes the other way than was asked for', () => {
    fc.assert(
      fc.property(count, fc.integer({ min: -100, max: 100 }), bounds, (current, addReplicas, given) => {
        const target = scaleTarget(current, { addReplicas }, given) ?? Number.NaN;
        expect(Math.sign(target - current)).toSatisfy(
          (sign) => sign === 0 || sign === Math.sign(addReplicas),
        );
      }),
    );
  });

  it('is a number of pods within the bounds, and never more of what is too many already', () => {
    const wish = fc.oneof(
      fc.record({ addReplicas: fc.integer({ min: 1, max: 100 }) }),
      fc.record({ predictedLoad: load, currentLoad: fc.double({ min: 1e-6, max: 1e9, noNaN: true }) }),
    );
    fc.assert(
      fc.property(count, wish, count, (current, asked, maxReplicas) => {
        const target = scaleTarget(current, asked, { ...free, maxReplicas }) ?? Number.NaN;
        expect(Number.isSafeInteger(target)).toBe(true);
        expect(target).toBeGreaterThanOrEqual(current);
        expect(target).toBeLessThanOrEqual(Math.max(current, maxReplicas));
      }),
    );
  });

  it('of more that was done already is not more again: the order carries what it was read from', () => {
    expect(scaleTarget(4, { replicas: 4 }, free)).toBe(4);
  });

  it('cannot be computed from nothing', () => {
    expect(scaleTarget(0, { predictedLoad: 9, currentLoad: 3 }, free)).toBeUndefined();
    expect(scaleTarget(3, { predictedLoad: 9, currentLoad: 0 }, free)).toBeUndefined();
  });
});

it.each([
  [3, 4, 'low'],
  [3, 5, 'low'],
  [3, 6, 'medium'],
  [3, 2, 'medium'],
  [3, 0, 'high'],
  [0, 1, 'high'],
  [3, undefined, 'high'],
] as const)('from %d to %s is %s risk', (current, target, risk) => {
  expect(riskOfScale(current, target)).toBe(risk);
});
