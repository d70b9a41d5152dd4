import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RiskLevel, Runbook } from '#lib/runbook/runbook.ts';
import type { IncidentFacts, RiskPolicy } from './decision.ts';
import type { RunHistory } from './evidence/run-history.ts';
import { momentaryRisk } from './risk.ts';

const step = (action: string) => ({ id: 's', action, rollback: undefined });
const runbook = (risk: RiskLevel, action = 'kubernetes.deletePod') =>
  ({ name: 'fix', owner: 'platform', risk, steps: [step(action)] }) as unknown as Runbook;
const incident = (change: Partial<IncidentFacts> = {}) =>
  ({ service: 'checkout', affectedServices: [], labels: {}, context: {}, ...change }) as IncidentFacts;

interface Moment {
  readonly history?: Partial<RunHistory>;
  readonly policy?: Partial<RiskPolicy>;
  readonly now?: Date;
}
const noRuns: RunHistory = { verified: 0, failed: 0, runsEver: 0, verifiedEver: 0 };
function riskOf(
  given: Runbook,
  reported: IncidentFacts,
  { history, policy, now = new Date('2026-03-03T03:12:00Z') }: Moment = {},
) {
  const known = history && new Map([[given.name, { ...noRuns, ...history }]]);
  const risk = { minimumVerifiedRuns: 0, reliableRate: 0.9, busyHours: [], ...policy };
  return momentaryRisk(given, { incident: reported, history: known }, { risk }, now);
}

it('is what was declared where nothing speaks against it', () => {
  expect(riskOf(runbook('low'), incident({ affectedServices: ['checkout'] }))).toEqual({
    level: 'low',
    raisedBy: [],
  });
});

it('is raised by breadth and importance, each by one', () => {
  const wide = { affectedServices: ['cart'] };
  const critical = { labels: { business_critical: 'true' } };
  expect(riskOf(runbook('low'), incident(wide))).toEqual({
    level: 'medium',
    raisedBy: ['2 services are affected'],
  });
  expect(riskOf(runbook('low'), incident({ ...wide, ...critical })).level).toBe('high');
  expect(riskOf(runbook('medium'), incident({ context: { business_critical: 'true' } }))).toEqual({
    level: 'high',
    raisedBy: ['checkout is business-critical'],
  });
});

it.each(['True', ' true', 'yes', '1', 'very'])('is raised however %j is spelt', (text) => {
  expect(riskOf(runbook('low'), incident({ labels: { business_critical: text } })).level).toBe('medium');
});

it('is never low for what nothing takes back', () => {
  expect(riskOf(runbook('low', 'kubernetes.runJob'), incident())).toEqual({
    level: 'medium',
    raisedBy: ['step s cannot be undone'],
  });
  expect(riskOf(runbook('high', 'kubernetes.runJob'), incident()).raisedBy).toEqual([]);
});

it('is never lower than declared, whatever a report says', () => {
  const levels: readonly RiskLevel[] = ['low', 'medium', 'high'];
  const text = fc.dictionary(fc.string(), fc.string());
  fc.assert(
    fc.property(
      fc.constantFrom(...levels),
      text,
      text,
      fc.array(fc.string()),
      (risk, labels, context, more) => {
        const { level } = riskOf(runbook(risk), incident({ labels, context, affectedServices: more }));
        expect(levels.indexOf(level)).toBeGreaterThanOrEqual(levels.indexOf(risk));
      },
    ),
  );
});

it.each<[string, Partial<RunHistory>, readonly string[]]>([
  ['nothing ran', {}, []],
  ['few runs, all failed', { failed: 4 }, []],
  ['nine of ten helped', { verified: 9, failed: 1 }, []],
  ['eight of nine helped', { verified: 8, failed: 1 }, ['worked 8 of 9 times in 30 days']],
  ['three of seven helped', { verified: 3, failed: 4 }, ['worked 3 of 7 times in 30 days']],
])('by its history: %s', (_, history, raisedBy) => {
  const level = raisedBy.length > 0 ? 'medium' : 'low';
  expect(riskOf(runbook('low'), incident(), { history })).toEqual({ level, raisedBy });
});

it('does not ask how often it helped where the policy does not', () => {
  const history = { verified: 1, failed: 9 };
  expect(riskOf(runbook('low'), incident(), { history, policy: { reliableRate: 0 } }).level).toBe('low');
});

it('is raised for what is new here, where that is asked for', () => {
  const risk = (minimumVerifiedRuns: number, history?: Partial<RunHistory>) =>
    riskOf(runbook('low'), incident(), { ...(history && { history }), policy: { minimumVerifiedRuns } });
  expect(risk(1, {})).toEqual({ level: 'medium', raisedBy: ['never ran here before'] });
  expect(risk(3, { runsEver: 2, verifiedEver: 2 }).raisedBy).toEqual([
    'verified here only 2 times before, 3 are asked for',
  ]);
  expect(risk(3, { runsEver: 3, verifiedEver: 3 }).raisedBy).toEqual([]);
  expect(risk(0, {}).raisedBy).toEqual([]);
});

it('is not raised by a history that nobody knows', () => {
  expect(riskOf(runbook('low'), incident(), { policy: { minimumVerifiedRuns: 5 } }).level).toBe('low');
});

it.each([
  [{ labels: { owner: 'payments' } }, ['checkout belongs to payments, the runbook to platform']],
  [{ context: { team: 'payments' } }, ['checkout belongs to payments, the runbook to platform']],
  [{ labels: { owner: ' Platform ' }, context: { team: '' } }, []],
  [{ labels: { owner: 'platform', team: 'cart' } }, ['checkout belongs to cart, the runbook to platform']],
])('is raised for what belongs to others: %j', (reported, raisedBy) => {
  expect(riskOf(runbook('low'), incident(reported)).raisedBy).toEqual(raisedBy);
});

it('is raised at busy hours, on the clocks of their zone', () => {
  const busyHours = [{ days: ['tue' as const], from: '09:00', to: '17:00', timeZone: 'Europe/Berlin' }];
  const at = (time: string) =>
    riskOf(runbook('low'), incident(), { policy: { busyHours }, now: new Date(`2026-03-03T${time}Z`) });
  expect(at('08:12:00')).toEqual({
    level: 'medium',
    raisedBy: ['busy hours (tue 09:12 Europe/Berlin)'],
  });
  expect(at('07:59:00').level).toBe('low');
});

it('is never lower than declared, however well it has done', () => {
  const levels: readonly RiskLevel[] = ['low', 'medium', 'high'];
  const count = fc.nat(50);
  const past = fc.record({ verified: count, failed: count, runsEver: count, verifiedEver: count });
  fc.assert(
    fc.property(fc.constantFrom(...levels), past, count, (risk, history, minimumVerifiedRuns) => {
      const { level, raisedBy } = riskOf(runbook(risk), incident(), {
        history,
        policy: { minimumVerifiedRuns },
      });
      const place = Math.min(levels.indexOf(risk) + raisedBy.length, 2);
      expect(level).toBe(levels[place]);
    }),
  );
});
