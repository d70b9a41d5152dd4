import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DecisionMode } from '#lib/runbook/runbook.ts';
import { isFreerThan } from '../registry/modes.ts';
import type { Criteria } from './criteria.ts';
import type { Evidence, Run } from './evidence.ts';
import { proposalsOf, type StandingRunbook } from './proposals.ts';

const now = new Date('2026-03-31T00:00:00Z');
const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000);
const criteria: Criteria = {
  days: 30,
  observedDecisions: 10,
  shownSuggestions: 5,
  approvedRuns: 10,
  answersWithoutDenial: 5,
  successRate: 0.9,
  runsForRate: 5,
  automaticRuns: 3,
};

function standing(mode: DecisionMode, change: Partial<StandingRunbook> = {}): StandingRunbook {
  const steps = [{ id: 's', action: 'kubernetes.deletePod', rollback: undefined }];
  const asked = { name: 'fix', version: 2, risk: 'low', asksFor: 'auto_execute', steps };
  return {
    ...asked,
    ...{ mode, decisionMode: mode, activatedAt: daysAgo(60), ...change },
  } as unknown as StandingRunbook;
}

const one: Evidence = {
  ...{ decisionId: 'dec-1', runbook: 'fix', version: 2, decidedAt: daysAgo(1), mode: 'auto_execute' },
  ...{ wouldHave: undefined, isShown: false, answer: undefined, run: undefined },
};
const times = (count: number, change: Partial<Evidence>): Evidence[] =>
  Array.from({ length: count }, () => ({ ...one, ...change }));

const observed = times(10, { mode: 'observe', wouldHave: 'auto_execute' });
const shown = times(5, { mode: 'suggest', isShown: true });
const approvedRun: Partial<Evidence> = { mode: 'approval_required', answer: 'approved', run: 'verified' };
const approved = times(10, approvedRun);

function stepOf(evidence: readonly Evidence[], runbook: StandingRunbook): string {
  const [proposal, ...more] = proposalsOf(evidence, [runbook], criteria, now);
  expect(more).toEqual([]);
  return proposal ? `${proposal.from} -> ${proposal.to}` : 'stays';
}

it('goes right one step at a time, when its numbers are met', () => {
  expect(stepOf(observed, standing('observe'))).toBe('observe -> suggest');
  expect(stepOf(shown, standing('suggest'))).toBe('suggest -> approval_required');
  expect(stepOf(approved, standing('approval_required'))).toBe('approval_required -> auto_execute');
  for (const mode of ['observe', 'suggest', 'approval_required'] as const) {
    const tooFew = [...observed.slice(1), ...shown.slice(1), ...approved.slice(1)];
    expect(stepOf(tooFew, standing(mode))).toBe('stays');
  }
});

it('says with which numbers', () => {
  const [proposal] = proposalsOf(approved, [standing('approval_required')], criteria, now);
  expect(proposal?.criteria).toEqual([
    { what: 'approved runs', observed: '10', limit: '>= 10' },
    { what: 'runs that helped', observed: '10 of 10', limit: '> 90 %' },
    { what: 'rolled back', observed: '0', limit: 'none' },
    { what: 'denied', observed: '0 of the last 5', limit: 'none of the last 5' },
  ]);
});

it.each<[string, readonly Evidence[]]>([
  [
    'nine of ten helped, which is not above it',
    [...approved.slice(1), ...times(1, { ...approvedRun, run: 'failed' })],
  ],
  ['one was rolled back', [...times(30, approvedRun), ...times(1, { ...approvedRun, run: 'rolled_back' })]],
  ['one of the last was denied', [...times(1, { answer: 'denied', decidedAt: daysAgo(0) }), ...approved]],
  ['silence was the yes', times(10, { ...approvedRun, answer: 'lapsed' })],
  ['it is of another version', times(10, { ...approvedRun, version: 1 })],
  ['it is too old', times(10, { ...approvedRun, decidedAt: daysAgo(31) })],
])('stays with approvals where %s', (_, evidence) => {
  expect(stepOf(evidence, standing('approval_required'))).toBe('stays');
});

it('forgives a denial that many answers came after', () => {
  const denied = times(1, { answer: 'denied', decidedAt: daysAgo(9) });
  expect(stepOf([...denied, ...approved], standing('approval_required'))).toMatch(/auto_execute$/);
});

it('never goes beyond what it asks for, nor alone where that is risky or final', () => {
  const from = (change: Partial<StandingRunbook>) => stepOf(approved, standing('approval_required', change));
  expect(from({ asksFor: 'approval_required' })).toBe('stays');
  expect(from({ risk: 'medium' })).toBe('stays');
  const job = { id: 's', action: 'kubernetes.runJob', rollback: undefined };
  expect(from({ steps: [job] as unknown as StandingRunbook['steps'] })).toBe('stays');
  expect(stepOf(observed, standing('observe', { asksFor: 'manual' }))).toBe('stays');
});

it('is measured in observe by what it asks for', () => {
  const suggesting = times(10, { mode: 'observe', wouldHave: 'suggest' });
  expect(stepOf(suggesting, standing('observe'))).toBe('stays');
  expect(stepOf(suggesting, standing('observe', { asksFor: 'suggest' }))).toBe('observe -> suggest');
});

it.each<[string, readonly Evidence[], string]>([
  [
    'one of the last three failed',
    [...times(1, { run: 'failed', decidedAt: daysAgo(0) }), ...times(20, { run: 'verified' })],
    'auto_execute -> approval_required',
  ],
  ['it is not known what one did', times(1, { run: 'unknown' }), 'auto_execute -> approval_required'],
  [
    'one failed, and three have helped since',
    [...times(20, { run: 'verified' }), ...times(1, { run: 'failed', decidedAt: daysAgo(2) })],
    'stays',
  ],
  [
    'nine of ten helped',
    [...times(9, { run: 'verified' }), ...times(1, { run: 'failed', decidedAt: daysAgo(2) })],
    'stays',
  ],
  [
    'eight of nine helped',
    [...times(8, { run: 'verified' }), ...times(1, { run: 'failed', decidedAt: daysAgo(2) })],
    'auto_execute -> approval_required',
  ],
])('goes left where %s', (_, evidence, step) => {
  expect(stepOf(evidence, standing('auto_execute'))).toBe(step);
});

it('goes left from approvals by its rate alone', () => {
  const failed = times(1, { ...approvedRun, run: 'failed' });
  expect(stepOf([...failed, ...approved.slice(7)], standing('approval_required'))).toBe('stays');
  expect(stepOf([...failed, ...approved.slice(6)], standing('approval_required'))).toBe(
    'approval_required -> suggest',
  );
});

const MODES = ['observe', 'manual', 'suggest', 'approval_required', 'auto_execute'] as const;
const RUNS: readonly (Run | undefined)[] = [
  undefined,
  'verified',
  'verified',
  'verified',
  'failed',
  'rolled_back',
];
const anyEvidence = fc.array(
  fc.record({
    ...{ decisionId: fc.string(), runbook: fc.constantFrom('fix', 'other'), version: fc.constantFrom(1, 2) },
    decidedAt: fc.integer({ min: 0, max: 100 }).map(daysAgo),
    mode: fc.constantFrom(...MODES),
    wouldHave: fc.constantFrom(undefined, ...MODES),
    isShown: fc.boolean(),
    answer: fc.constantFrom(undefined, 'approved' as const, 'approved' as const, 'denied' as const),
    run: fc.constantFrom(...RUNS),
  }),
  { maxLength: 60, size: 'max' },
);
const easy: Criteria = { ...criteria, observedDecisions: 1, shownSuggestions: 1, approvedRuns: 1 };

it('the same evidence never proposes both ways, whatever the mode', () => {
  fc.assert(
    fc.property(anyEvidence, fc.constantFrom(criteria, easy), (evidence, limits) => {
      const ways = MODES.flatMap((mode) =>
        proposalsOf(evidence, [standing(mode)], limits, now).map(({ from, to }) => isFreerThan(to, from)),
      );
      expect(new Set(ways).size).toBeLessThanOrEqual(1);
    }),
  );
});

it('is one step, within what it asks for, and nothing speaks for another once it is accepted', () => {
  const order = ['observe', 'suggest', 'approval_required', 'auto_execute'];
  fc.assert(
    fc.property(
      anyEvidence,
      fc.constantFrom(...MODES),
      fc.constantFrom(...MODES),
      fc.constantFrom('low' as const, 'high' as const),
      (evidence, mode, asksFor, risk) => {
        const [proposal] = proposalsOf(evidence, [standing(mode, { asksFor, risk })], easy, now);
        if (!proposal) return;
        const { from, to } = proposal;
        expect(Math.abs(order.indexOf(to) - order.indexOf(from))).toBe(1);
        const isFreer = isFreerThan(to, from);
        expect(isFreer && isFreerThan(to, asksFor)).toBe(false);
        expect(isFreer && to === 'auto_execute' && risk === 'high').toBe(false);
        expect(proposal.criteria.length).toBeGreaterThan(0);
        const accepted = standing(to, { asksFor, risk, activatedAt: now });
        expect(proposalsOf(evidence, [accepted], easy, now)).toEqual([]);
      },
    ),
  );
});
