import { expect, it } from 'vitest';
import { retryAfterEndAt, retryAt } from './retry.ts';

const decidedAt = new Date('2026-03-03T03:12:00Z');
const after = (seconds: number) => new Date(decidedAt.getTime() + seconds * 1_000);
const until = after(600);
const first = { attempt: 1, decidedAt, until };
const rate = (seconds: number) => ({ code: 'rate_limited', endsAt: after(seconds) });
const lock = { code: 'workload_locked' };

it('looks again when the last of the refusals has ended', () => {
  expect(retryAt([rate(60), { code: 'cooling_down', endsAt: after(200) }], first)).toEqual(after(200));
});

it('waits twice as long each time for what has no known end', () => {
  expect(retryAt([lock], first)).toEqual(after(30));
  expect(retryAt([lock], { ...first, attempt: 3 })).toEqual(after(120));
  expect(retryAt([lock, rate(300)], first)).toEqual(after(300));
});

it('does not wait for what would still be so, nor beyond the age at which nothing is done', () => {
  expect(retryAt([rate(60), { code: 'not_opted_in' }], first)).toBeUndefined();
  expect(retryAt([rate(601)], first)).toBeUndefined();
  expect(retryAt([rate(600)], first)).toEqual(until);
  expect(retryAt([rate(60)], { ...first, until: undefined })).toBeUndefined();
  expect(retryAt([], first)).toBeUndefined();
});

it('tries what was not done again while the incident is young, where the moment was the reason', () => {
  expect(retryAfterEndAt('target_busy', first)).toEqual(after(30));
  expect(retryAfterEndAt('never_started', { ...first, attempt: 4 })).toEqual(after(240));
  expect(retryAfterEndAt('expired', { ...first, decidedAt: after(571) })).toBeUndefined();
  expect(retryAfterEndAt('target_busy', { ...first, until: undefined })).toBeUndefined();
  const lasting = [
    'pre_check_failed',
    'target_refused',
    'cancelled',
    'quarantined',
    'verification_failed',
    '',
  ];
  for (const code of lasting) expect(retryAfterEndAt(code, first)).toBeUndefined();
});
