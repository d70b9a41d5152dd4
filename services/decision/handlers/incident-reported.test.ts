import { defaultPolicy } from '../../../test/support/default-policy.ts';
import { expect, it } from 'vitest';
import { CheckResult, Mode, modeToJSON } from '#gen/belay/v1/common.ts';
import { DecisionMade } from '#gen/belay/v1/decision.ts';
import { IncidentReported } from '#gen/belay/v1/incident.ts';
import { noControls } from '#lib/control/control-state.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import { loadRunbookFiles } from '#lib/runbook/load-runbook.ts';
import { memoryGuardrails } from '../adapters/memory-guardrails.ts';
import type { Guardrails } from '../ports.ts';
import { incidentReportedHandler } from './incident-reported.ts';

const now = new Date('2026-03-03T03:12:00Z');
const { runbooks } = await loadRunbookFiles(
  ['restart-pod', 'rollback-deployment', 'scale-up'].map(
    (name) => new URL(`../../../runbooks/${name}.yaml`, import.meta.url).pathname,
  ),
);

const checkout = { target: 'prod-eu', kind: 'deployment', namespace: 'production', name: 'checkout' };

it.each([
  ['auto_execute', { symptom: 'CrashLoopBackOff', probableCause: 'pod_crash_loop' }],
  ['blocked', { symptom: 'CrashLoopBackOff', probableCause: 'pod_crash_loop', service: 'taken' }],
  ['suggest', { symptom: 'CrashLoopBackOff', probableCause: 'pod_crash_loop', confidence: 0.3 }],
  ['approval_required', { symptom: 'error_rate_spike_after_deploy', resource: checkout }],
  ['manual', { symptom: 'unknown_issue', context: { 'any.key': 'any value', '\u2028': '"\\"' } }],
])('a repeat says byte for byte what was said first: %s', async (mode, reported) => {
  const guardrails = memoryGuardrails();
  await guardrails.rebuild(async () => {});
  const handler = incidentReportedHandler({
    guardrails,
    cases: { open: async () => {}, reopened: async () => {} },
    runbooks: () => runbooks,
    controls: () => ({ ...noControls, heartbeatAt: now }),
    targets: ['prod-eu'],
    policy: { ...defaultPolicy, maxAttempts: 1 },
  });
  const report = async (id: string, change: object, at: Date) => {
    const data = IncidentReported.fromPartial({
      ...{ incidentId: `inc-${id}`, service: 'api-server', confidence: 0.95 + 1e-9 },
      resource: { target: 'prod-eu', kind: 'pod', namespace: 'production', name: `api-server-${id}` },
      ...{ startedAt: now, reportedAt: now },
      ...change,
    });
    const events = await handler({ id, data } as never, { now: at } as never);
    return events.map((event) => encodeEvent(event, 'belay/decision'));
  };
  if (mode === 'blocked') await report('other', reported, now);
  const first = await report('one', reported, now);
  const made = DecisionMade.decode(first[0]?.value as Buffer);
  expect(modeToJSON(made.mode).toLowerCase()).toBe(`mode_${mode}`);
  expect(await report('one', reported, new Date(now.getTime() + 1_234))).toEqual(first);
});

it.each([
  ['little is certain', { confidence: 0.3 }, 'low_confidence'],
  ['it is old', { confidence: 0.95, reportedAt: new Date(now.getTime() - 3_600_000) }, 'stale_incident'],
])('about a target that no executor serves nothing is ordered, also where %s', async (_why, change, code) => {
  const guardrails = memoryGuardrails();
  await guardrails.rebuild(async () => {});
  const opened: unknown[] = [];
  const handler = incidentReportedHandler({
    guardrails,
    cases: { open: async (waits) => void opened.push(waits), reopened: async () => {} },
    runbooks: () => runbooks,
    controls: () => ({ ...noControls, heartbeatAt: now }),
    targets: ['prod-eu'],
    policy: defaultPolicy,
  });
  const data = IncidentReported.fromPartial({
    ...{ incidentId: 'inc-1', service: 'api-server', symptom: 'CrashLoopBackOff' },
    resource: { target: 'staging', kind: 'pod', namespace: 'production', name: 'api-server-1' },
    ...{ startedAt: now, reportedAt: now },
    ...change,
  });
  const events = await handler({ id: 'e-1', data } as never, { now } as never);
  // There is no topic for such an order, and what cannot be said of an incident takes its decision along.
  expect(events.map(({ type }) => type)).toEqual(['DecisionMade', 'DecisionClosed']);
  expect(events[0]?.data).toMatchObject({ mode: Mode.SUGGEST, code });
  expect(opened).toEqual([]);
});

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
