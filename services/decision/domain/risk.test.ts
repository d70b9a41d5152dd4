import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RiskLevel, Runbook } from '#lib/runbook/runbook.ts';
import type { IncidentFacts } from './decision.ts';
import { momentaryRisk } from './risk.ts';

const step = (action: string) => ({ id: 's', action, rollback: undefined });
const runbook = (risk: RiskLevel, action = 'kubernetes.deletePod') =>
  ({ risk, steps: [step(action)] }) as unknown as Runbook;
const incident = (change: Partial<IncidentFacts> = {}) =>
  ({ service: 'checkout', affectedServices: [], labels: {}, context: {}, ...change }) as IncidentFacts;

it('is what was declared where nothing speaks against it', () => {
  expect(momentaryRisk(runbook('low'), incident({ affectedServices: ['checkout'] }))).toEqual({
    level: 'low',
    raisedBy: [],
  });
});

it('is raised by breadth and importance, each by one', () => {
  const wide = { affectedServices: ['cart'] };
  const critical = { labels: { business_critical: 'true' } };
  expect(momentaryRisk(runbook('low'), incident(wide))).toEqual({
    level: 'medium',
    raisedBy: ['2 services are affected'],
  });
  expect(momentaryRisk(runbook('low'), incident({ ...wide, ...critical })).level).toBe('high');
  expect(momentaryRisk(runbook('medium'), incident({ context: { business_critical: 'true' } }))).toEqual({
    level: 'high',
    raisedBy: ['checkout is business-critical'],
  });
});

it.each(['True', ' true', 'yes', '1', 'very'])('is raised however %j is spelt', (text) => {
  expect(momentaryRisk(runbook('low'), incident({ labels: { business_critical: text } })).level).toBe(
    'medium',
  );
});

it('is never low for what nothing takes back', () => {
  expect(momentaryRisk(runbook('low', 'kubernetes.runJob'), incident())).toEqual({
    level: 'medium',
    raisedBy: ['step s cannot be undone'],
  });
  expect(momentaryRisk(runbook('high', 'kubernetes.runJob'), incident()).raisedBy).toEqual([]);
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
        const { level } = momentaryRisk(runbook(risk), incident({ labels, context, affectedServices: more }));
        expect(levels.indexOf(level)).toBeGreaterThanOrEqual(levels.indexOf(risk));
      },
    ),
  );
});
