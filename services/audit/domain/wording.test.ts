import { describe, expect, it } from 'vitest';
import { clockTime, enumWord, notDone, withDetail } from './wording.ts';

describe('a refusal', () => {
  it.each([
    ['the kill switch is engaged', 'Not done: the kill switch is engaged. Nothing changed.'],
    ['only 1 ready pod.', 'Not done: only 1 ready pod. Nothing changed.'],
    ['no executor began in time. Nothing changed', 'Not done: no executor began in time. Nothing changed.'],
    ['Nothing changed.', 'Not done. Nothing changed.'],
    ['', 'Not done. Nothing changed.'],
    [
      'the owner said that nothing changed since',
      'Not done: the owner said that nothing changed since. Nothing changed.',
    ],
  ])('%j says once that nothing changed', (reason, text) => {
    expect(notDone(reason)).toBe(text);
  });
});

describe('a time in a line', () => {
  const seen = new Date('2026-03-03T03:12:07.000Z');

  it.each([
    ['2026-03-03T03:18:11.250Z', '03:18:11Z'],
    ['2026-03-04T00:00:00.000Z', '2026-03-04 00:00:00Z'],
  ])('%s has its day only when that is another one', (time, text) => {
    expect(clockTime(new Date(time), seen)).toBe(text);
  });

  it('that is none is said to be so', () => {
    expect(clockTime(undefined, seen)).toBe('an unknown time');
    expect(clockTime(new Date(Number.NaN), seen)).toBe('an unknown time');
  });
});

describe('words', () => {
  it('of a newer version are recognisable as such', () => {
    const names = { UNSPECIFIED: 0, LEFT_TO_PEOPLE: 1, UNRECOGNIZED: -1 };
    expect([1, 0, 99, -1].map((value) => enumWord(names, value))).toEqual([
      'left_to_people',
      'unspecified',
      'unrecognized',
      'unrecognized',
    ]);
  });

  it('without a detail stand alone', () => {
    expect([withDetail('lapsed', ''), withDetail('lapsed', 'silence')]).toEqual([
      'lapsed',
      'lapsed: silence',
    ]);
  });
});
