import { expect, it } from 'vitest';
import { isResolved, isSettled, isVerified } from './episode.ts';

const entry = (type: string, decisionId = '', dataJson = '{}') => ({ type, decisionId, dataJson });
const fixed = [
  entry('IncidentReported'),
  entry('DecisionMade', 'd1'),
  entry('ActionVerified', 'd1', '{"verdict":"VERDICT_VERIFIED"}'),
  entry('DecisionClosed', 'd1'),
];
const again = [...fixed, entry('IncidentResolved'), entry('IncidentReported')];

it('an incident is settled when each of its reports is decided and each decision closed', () => {
  expect([isSettled(fixed), isVerified(fixed), isResolved(fixed)]).toEqual([true, true, false]);
  expect(isSettled(fixed.slice(0, 3))).toBe(false);
  expect(isSettled([])).toBe(false);
});

it('one that is reported again is not settled by what was decided before', () => {
  expect([isSettled(again), isResolved(again)]).toEqual([false, false]);
  expect(isResolved(again.slice(0, -1))).toBe(true);
});

it('an earlier fix does not verify a later decision', () => {
  const blocked = [...again, entry('DecisionMade', 'd2'), entry('DecisionClosed', 'd2')];
  expect([isSettled(blocked), isVerified(blocked)]).toEqual([true, false]);
});
