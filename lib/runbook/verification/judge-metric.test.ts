import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeMetric } from './judge-metric.ts';

const rule = { expect: 'after <= before * 1.1 + 0.001', samples: 3 };
const judged = (before: (number | undefined)[], after: (number | undefined)[]) =>
  judgeMetric(rule, { before, after }).verdict;

describe('a metric', () => {
  it('says yes when every sample meets the expectation', () => {
    expect(judgeMetric(rule, { before: [0.02, 0.04], after: [0.01, 0, 0] })).toEqual({
      verdict: 'verified',
      observed: '0.03 -> 0 (3 of 3 samples)',
    });
  });

  it('says no at the first sample that does not, whatever else is missing', () => {
    expect(judgeMetric(rule, { before: [0.03], after: [undefined, 0.09] })).toEqual({
      verdict: 'failed',
      observed: '0.03 -> 0.09 (sample 2)',
    });
  });

  it.each<[string, (number | undefined)[], (number | undefined)[]]>([
    ['a sample is missing', [0.03], [0, undefined, 0]],
    ['too few came', [0.03], [0, 0]],
    ['none came', [0.03], []],
    ['there is no baseline', [], [0, 0, 0]],
    ['all of the baseline is missing', [undefined], [0, 0, 0]],
    ['a sample is no number', [0.03], [0, Number.NaN, 0]],
  ])('leaves it open when %s', (_title, before, after) => {
    expect(judged(before, after)).toBe('inconclusive');
  });

  it('takes the baseline as the mean of what came', () => {
    expect(
      judgeMetric({ expect: 'after == before', samples: 1 }, { before: [1, undefined, 3], after: [2] })
        .verdict,
    ).toBe('verified');
  });

  it('needs no baseline where the expectation does not talk of it', () => {
    expect(judgeMetric({ expect: 'after < 0.01', samples: 1 }, { before: [], after: [0] }).verdict).toBe(
      'verified',
    );
  });

  it('leaves it open where the expectation is none', () => {
    expect(judgeMetric({ expect: 'after <', samples: 1 }, { before: [1], after: [1] }).verdict).toBe(
      'inconclusive',
    );
  });

  it('is never verified by fewer samples, and never by a worse one', () => {
    const sample = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 4 }), fc.array(sample, { maxLength: 5 }), (before, after) => {
        if (judged(before, after) !== 'verified') return;
        expect(after.slice(0, 3).every((one) => one !== undefined)).toBe(true);
        expect(judged(before, after.slice(0, 2))).toBe('inconclusive');
        expect(judged(before, [after[0], 2, after[2]])).toBe('failed');
      }),
      { numRuns: 300 },
    );
  });
});
