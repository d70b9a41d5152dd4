import { expect, it } from 'vitest';
import {
  ActionResolved,
  ActionSettled,
  Effect,
  ResolvedAs,
  SettledOutcome,
} from '#gen/belay/v1/verification.ts';
import { resolutionOf, settlementOf } from './settlement-of.ts';

const at = new Date('2026-03-03T03:12:40Z');
const settled = (outcome: SettledOutcome, effect: Effect) =>
  settlementOf(ActionSettled.fromPartial({ decisionId: 'dec-1', outcome, effect, settledAt: at }));

it.each<[keyof typeof SettledOutcome, keyof typeof Effect, string]>([
  ['VERIFIED', 'DONE', 'succeeded'],
  ['FAILED', 'DONE', 'failed'],
  ['FAILED', 'NONE', 'failed'],
  ['ROLLED_BACK', 'DONE', 'failed'],
  ['INCONCLUSIVE', 'DONE', 'failed'],
  ['ERROR', 'DONE', 'failed'],
  ['UNKNOWN', 'UNKNOWN', 'unknown'],
  ['UNKNOWN', 'DONE', 'unknown'],
  ['REFUSED', 'NONE', 'none'],
  ['ABORTED', 'NONE', 'none'],
  ['NEVER_STARTED', 'NONE', 'none'],
  ['ABORTED', 'DONE', 'failed'],
  ['REFUSED', 'DONE', 'failed'],
  ['NEVER_STARTED', 'UNKNOWN', 'unknown'],
  ['ABORTED', 'UNSPECIFIED', 'unknown'],
  ['UNRECOGNIZED', 'NONE', 'unknown'],
])('%s with effect %s counts as %s, at the time of the event', (outcome, effect, counts) => {
  expect(settled(SettledOutcome[outcome], Effect[effect])).toEqual({
    decisionId: 'dec-1',
    outcome: counts,
    at,
  });
});

it.each<[keyof typeof ResolvedAs, string]>([
  ['DONE', 'failed'],
  ['NOT_DONE', 'none'],
])('resolved as %s frees the workload, and counts as %s where nothing was settled', (resolvedAs, counts) => {
  const resolved = ActionResolved.fromPartial({
    decisionId: 'dec-1',
    resolvedAs: ResolvedAs[resolvedAs],
    resolvedAt: at,
  });
  expect(resolutionOf(resolved)).toEqual({ decisionId: 'dec-1', outcome: counts, at });
});
