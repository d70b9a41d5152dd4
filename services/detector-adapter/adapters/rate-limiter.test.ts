import { expect, it } from 'vitest';
import { ManualClock } from '#lib/clock.ts';
import { rateLimiter } from './rate-limiter.ts';

const count = (isAllowed: (caller: string) => boolean, caller: string, times = 20) =>
  Array.from({ length: times }, () => isAllowed(caller)).filter(Boolean).length;

it('each caller gets its share of a second at once, and then as time passes', async () => {
  const clock = new ManualClock(new Date(0));
  const isAllowed = rateLimiter(4, clock);
  expect(count(isAllowed, 'a')).toBe(4);
  expect(count(isAllowed, 'b')).toBe(4);
  await clock.advance(500);
  expect(count(isAllowed, 'a')).toBe(2);
  await clock.advance(60_000);
  expect(count(isAllowed, 'a')).toBe(4);
});

it('callers that come once and never again are forgotten, and who is over his limit is not', async () => {
  const clock = new ManualClock(new Date(0));
  const isAllowed = rateLimiter(1, clock);
  for (let i = 0; i < 10_000; i += 1) isAllowed(`caller-${i}`);
  await clock.advance(1_000);
  expect(count(isAllowed, 'a')).toBe(1);
  for (let i = 0; i < 5_000; i += 1) isAllowed(`other-${i}`);
  expect(isAllowed('a')).toBe(false);
});
