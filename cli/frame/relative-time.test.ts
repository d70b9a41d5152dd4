import { describe, expect, it } from 'vitest';
import { relativeTime } from './relative-time.ts';

const now = new Date('2026-03-03T03:12:00Z');
const at = (seconds: number) => relativeTime(new Date(now.getTime() + seconds * 1_000), now);

describe('a relative time', () => {
  it.each([
    [-0.3, 'now'],
    [-1, '1s ago'],
    [-119, '119s ago'],
    [-120, '2m ago'],
    [-7_199, '119m ago'],
    [-7_200, '2h ago'],
    [-172_800, '2d ago'],
    [90, 'in 90s'],
    [600, 'in 10m'],
  ])('%d s from now reads %s', (seconds, text) => expect(at(seconds)).toBe(text));
});
