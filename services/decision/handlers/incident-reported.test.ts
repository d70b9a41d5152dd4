import { defaultPolicy } from '../../../test/support/default-policy.ts';
import { expect, it } from 'vitest';
import { CheckResult, Mode } from '#gen/belay/v1/common.ts';
import type { DecisionMade } from '#gen/belay/v1/decision.ts';
import { IncidentReported } from '#gen/belay/v1/incident.ts';
import { noControls } from '#lib/control/control-state.ts';
import { loadRunbookFiles } from '#lib/runbook/load-runbook.ts';
import type { Guardrails } from '../ports.ts';
import { incidentReportedHandler } from './incident-reported.ts';

const now = new Date('2026-03-03T03:12:00Z');
const { runbooks } = await loadRunbookFiles([
  new URL('../../../runbooks/restart-pod.yaml', import.meta.url).pathname,
]);

it('a fact that the plan lacks is a check that refuses, and not only a word in the summary', async () => {
  const handler = incidentReportedHandler({
    // Nothing is to be done, and nothing is asked of them but to remember.
    guardrails: {
      decide: async ({ record }: { record: string }) => ({
        status: 'noted',
        record,
        checks: [],
        trial: false,
        storm: undefined,
      }),
    } as unknown as Guardrails,
    cases: { open: async () => {}, reopened: async () => {} },
    runbooks: () => runbooks,
    controls: () => ({ ...noControls, heartbeatAt: now }),
    targets: ['prod-eu'],
    policy: defaultPolicy,
  });
  const data = IncidentReported.fromPartial({
    incidentId: 'inc-1',
    service: 'api-server',
    symptom: 'CrashLoopBackOff',
    probableCause: 'pod_crash_loop',
    confidence: 0.95,
    // Without its namespace.
    resource: { target: 'prod-eu', kind: 'pod', name: 'api-server-abc123' },
    startedAt: now,
    reportedAt: now,
  });
  const events = await handler({ id: 'e-1', data } as never, { now } as never);
  const made = events.find(({ type }) => type === 'DecisionMade')?.data as DecisionMade;
  expect(made).toMatchObject({ mode: Mode.MANUAL, code: 'missing_fact' });
  expect(made.checks.filter(({ result }) => result === CheckResult.REFUSE)).toEqual([
    expect.objectContaining({
      name: 'plan',
      observed: 'no NAMESPACE',
      reason: expect.stringContaining('NAMESPACE'),
    }),
  ]);
  const names = made.checks.map(({ name }) => name);
  expect(names.indexOf('plan')).toBe(names.indexOf('risk') + 1);
});
