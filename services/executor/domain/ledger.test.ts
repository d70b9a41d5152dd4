import { expect, it } from 'vitest';
import { type LedgerEntry, type LivePlan, nextStep } from './ledger.ts';

const at = (seconds: number) => new Date(seconds * 1_000);
const timing = { requestLifetimeMs: 6_000, verificationMs: 120_000 };
const entry = (change: Partial<LedgerEntry>): LedgerEntry => ({
  actionId: 'act-1',
  state: 'queued',
  epoch: 1,
  before: undefined,
  abortion: undefined,
  livePlan: undefined,
  actedAt: undefined,
  finishedAt: undefined,
  sequence: 0,
  ...change,
});

it('a queued row begins, however often it was claimed', () => {
  expect(nextStep(entry({ epoch: 9 }), timing, at(0))).toEqual({ type: 'begin' });
});

it('a row that was acting is never begun again, and looked at once no request can be under way', () => {
  const acting = entry({ state: 'acting', actedAt: at(100) });
  expect(nextStep(acting, timing, at(105))).toEqual({ type: 'wait', until: at(106) });
  expect(nextStep(acting, timing, at(106))).toEqual({ type: 'reconcile' });
});

it('a row that is done is sampled a little longer than the verifier waits, then closed', () => {
  const done = entry({ state: 'done', finishedAt: at(100) });
  expect(nextStep(done, timing, at(220))).toEqual({ type: 'sample' });
  expect(nextStep(done, timing, at(224))).toEqual({ type: 'close' });
  expect(nextStep(entry({ state: 'closed' }), timing, at(0))).toEqual({ type: 'close' });
});

it('what was noted before it was said is said by whoever holds the row next', () => {
  const empty = { before: {}, checks: [], changes: [] };
  const plannedAt = '2026-03-03T03:12:00.000Z';
  const livePlan: LivePlan = { planHash: 'sha256:1', uid: 'u1', risk: 'low', plannedAt, ...empty };
  const abortion = { code: 'expired', reason: 'too late', checks: [], abortedAt: plannedAt };
  expect(nextStep(entry({ state: 'planned', livePlan }), timing, at(0))).toEqual({ type: 'show', livePlan });
  expect(nextStep(entry({ state: 'aborted', abortion }), timing, at(0))).toEqual({ type: 'tell', abortion });
});
