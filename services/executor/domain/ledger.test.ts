import { expect, it } from 'vitest';
import { type LedgerEntry, nextStep } from './ledger.ts';

const at = (seconds: number) => new Date(seconds * 1_000);
const timing = { requestLifetimeMs: 6_000, verificationMs: 120_000 };
const entry = (change: Partial<LedgerEntry>): LedgerEntry => ({
  actionId: 'act-1',
  state: 'queued',
  epoch: 1,
  before: undefined,
  abortion: undefined,
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
