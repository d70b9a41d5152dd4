import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '#lib/clock.ts';
import type { Logger } from '#lib/logger.ts';
import type { RunHistories } from '../domain/evidence/run-history.ts';
import { type FollowedHistories, followHistories } from './run-histories.ts';

let stored: RunHistories | Error;
let forgotten: number;
let warnings: string[];
let clock: ManualClock;
let following: FollowedHistories | undefined;
beforeEach(() => {
  stored = historyOf(1);
  forgotten = 0;
  warnings = [];
  clock = new ManualClock(new Date('2026-03-03T03:12:00Z'));
});
afterEach(() => following?.stop());

function historyOf(verified: number): RunHistories {
  return new Map([['fix', { verified, failed: 0, runsEver: verified, verifiedEver: verified }]]);
}

async function follow(): Promise<() => number | undefined> {
  following = await followHistories({
    evidence: {
      histories: async () => {
        if (stored instanceof Error) throw stored;
        return stored;
      },
      forget: async () => void (forgotten += 1),
    },
    clock,
    logger: { warn: (fields: { reason: string }) => void warnings.push(fields.reason) } as unknown as Logger,
  });
  return () => following?.current().get('fix')?.verified;
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
async function turn(ms: number): Promise<void> {
  await settle();
  await clock.advance(ms);
  await settle();
}

it('is known at once, and what is new within seconds', async () => {
  const verified = await follow();
  expect(verified()).toBe(1);
  await settle();
  stored = historyOf(2);
  await turn(5_000);
  expect(verified()).toBe(2);
});

it('stays as it was while the store is away, which is said once', async () => {
  const verified = await follow();
  await settle();
  stored = new Error('the database cannot be reached');
  for (let i = 0; i < 3; i += 1) await turn(30_000);
  expect(verified()).toBe(1);
  expect(warnings).toEqual(['the database cannot be reached']);
  stored = historyOf(3);
  await turn(30_000);
  expect(verified()).toBe(3);
});

it('does not start without knowing it: what nobody knows would raise nothing', async () => {
  stored = new Error('the database cannot be reached');
  await expect(follow()).rejects.toBe(stored);
});

it('throws away what is too old, and not with each look', async () => {
  await follow();
  for (let i = 0; i < 3; i += 1) await turn(5_000);
  expect(forgotten).toBe(1);
  await turn(3_600_000);
  await turn(5_000);
  expect(forgotten).toBe(2);
});
