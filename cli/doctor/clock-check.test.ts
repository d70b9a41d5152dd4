import { describe, expect, it } from 'vitest';
import { clockOutcome } from './clock-check.ts';

const at = (ms: number) => new Date(1_800_000_000_000 + ms);
const between = (from: number, to: number) => ({ from: at(from), to: at(to) });

describe('a clock', () => {
  it('agrees when the time it gave lies between question and answer', () => {
    expect(clockOutcome(between(50, 50), between(0, 100)).ok).toBe(true);
  });

  it('is given the benefit of a slow answer and of a coarse unit', () => {
    expect(clockOutcome(between(0, 0), between(0, 30_000)).ok).toBe(true);
    expect(clockOutcome(between(-1_900, -900), between(100, 200)).ok).toBe(true);
  });

  it('is off beyond a second that neither can explain, and it says which way', () => {
    expect(clockOutcome(between(5_000, 6_000), between(0, 100))).toMatchObject({
      ok: false,
      detail: '4.9 s ahead of this machine',
    });
    expect(clockOutcome(between(-6_000, -5_000), between(0, 100))).toMatchObject({
      ok: false,
      detail: '5.0 s behind this machine',
      fix: expect.stringContaining('time servers') as unknown,
    });
  });
});
