import { describe, expect, it } from 'vitest';
import { loadRunbookFiles } from '#lib/runbook/load-runbook.ts';
import { noRestrictions } from './restrictions.ts';
import { decide } from './decide.ts';
import type { IncidentFacts } from './decision.ts';

const { runbooks } = await loadRunbookFiles([new URL('../../../runbooks', import.meta.url).pathname]);
const now = new Date('2026-03-03T03:12:05Z');

function decideOn(change: Partial<IncidentFacts>) {
  const incident = {
    incidentId: 'inc-1',
    service: 'api-server',
    symptom: '',
    probableCause: '',
    confidence: 0.9,
    resource: { target: 'prod', kind: 'deployment', namespace: 'production', name: 'api-server' },
    labels: {},
    context: {},
    affectedServices: [],
    reportedAt: now,
    ...change,
  };
  const switched = { killSwitch: { engaged: false, reason: '' }, controls: noRestrictions };
  const facts = { incident, runbooks, ...switched, targets: ['prod'] };
  return decide(facts, { maxIncidentAgeMs: 600_000 }, now);
}

const at = (kind: string, name: string) => ({
  resource: { target: 'prod', kind, namespace: 'production', name },
});

describe('the incidents of the course, on the catalogue that ships', () => {
  it('INC001, a crash loop: a pod is replaced', () => {
    const decision = decideOn({
      ...at('pod', 'api-server-abc123'),
      symptom: 'CrashLoopBackOff',
      confidence: 0.95,
    });
    expect(decision).toMatchObject({ mode: 'auto_execute', runbook: { name: 'restart-pod' } });
  });

  it('INC002, high CPU: scale-up, which executors only plan yet, so people see what it would do', () => {
    const decision = decideOn({ service: 'worker', probableCause: 'high_cpu', confidence: 0.75 });
    expect(decision).toMatchObject({
      mode: 'suggest',
      orders: 'plan',
      code: 'no_executor',
      runbook: { name: 'scale-up' },
      summary: 'scale-up was not run: no executor does kubernetes.scale yet. Nothing changed.',
    });
  });

  it('INC003, errors after a deployment: people are asked', () => {
    const decision = decideOn({ symptom: 'error_rate_spike_after_deploy', confidence: 0.92 });
    expect(decision).toMatchObject({ mode: 'approval_required', runbook: { name: 'rollback-deployment' } });
  });

  it.each([
    ['without a resource', { resource: undefined }],
    ['on a pod', at('pod', 'auth-1')],
  ])('INC004, unknown, %s: left to people', (_where, change) => {
    const decision = decideOn({ ...change, symptom: 'unknown_issue', confidence: 0.6 });
    expect(decision).toMatchObject({ mode: 'manual', code: 'no_runbook', runbook: undefined });
  });
});

it('never runs by itself what no executor does', () => {
  const ran = runbooks.flatMap(({ triggers, scope }) =>
    [...triggers.symptoms, ...triggers.probableCauses].flatMap((name) =>
      scope.resourceKinds.flatMap((kind) => {
        const { mode, runbook } = decideOn({ ...at(kind, 'x'), symptom: name, probableCause: name });
        return mode === 'auto_execute' ? [runbook?.name] : [];
      }),
    ),
  );
  expect([...new Set(ran)]).toEqual(['restart-pod']);
});
