import { describe, expect, it } from 'vitest';
import { parseDuration } from './duration.ts';

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['7d', 604_800_000],
    ['3650d', 315_360_000_000],
    ['1.5ms', 2],
  ])('%s is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '30', 's', '-1s', '1 s', '1y', '30s ', '1e3s'])(
    '%j is none: its unit has to be said',
    (text) => expect(parseDuration(text)).toBeUndefined(),
  );

  it.each(['3651d', '99999999999999999999d', `${'9'.repeat(400)}d`, '3650d1s'])(
    '%s is none: no date could be reckoned from it',
    (text) => expect(parseDuration(text)).toBeUndefined(),
  );
});
