import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { noRestrictions } from './restrictions.ts';
import { block, decide } from './decide.ts';
import type { Facts, IncidentFacts } from './decision.ts';
import { type GuardrailCheck, guardrailNames } from './guardrails/guardrail-check.ts';
import { activeRunbook } from './registry/active-runbook.ts';

const now = new Date('2026-03-03T03:12:05Z');
const policy = { maxIncidentAgeMs: 600_000 };
const runbook = (change: Partial<Runbook> = {}): Runbook => ({
  name: 'restart-pod',
  digest: 'sha256:1',
  type: 'incident_response',
  intent: 'Replace one unhealthy pod.',
  owner: 'platform-team',
  risk: 'low',
  decisionMode: 'auto_execute',
  triggers: {
    symptoms: ['CrashLoopBackOff'],
    probableCauses: ['pod_crash_loop'],
    any: false,
    minimumConfidence: 0.8,
  },
  scope: { allowedNamespaces: ['production'], requiredLabels: { enabled: 'true' }, resourceKinds: [] },
  guardrails: {
    maxExecutionsPerHour: 3,
    cooldownMinutes: 10,
    maxConcurrentActions: 3,
    maxConcurrentActionsPerNamespace: 3,
    maxAffectedServices: 1,
    minimumReadyReplicasWithSameApp: 2,
    maxPercentOfReplicas: 50,
    maxAttemptsPerTarget: 2,
    circuitBreaker: { failures: 3, recoverySeconds: 300 },
    allowedWindows: [],
    blackoutWindows: [],
  },
  preChecks: [],
  parameters: {},
  prerequisites: [],
  steps: [],
  approval: undefined,
  verification: { timeoutSeconds: 120, checks: [], stableForSeconds: 0 },
  rollback: { type: 'controller_recreates_pod', notes: '' },
  escalation: { onGuardrailFailure: 'page_service_owner', onVerificationFailure: '' },
  schedule: undefined,
  reviewBy: undefined,
  tags: [],
  dependencies: [],
  ...change,
});
const incident = (change: Partial<IncidentFacts> = {}): IncidentFacts => ({
  incidentId: 'inc-1',
  service: 'api-server',
  symptom: 'CrashLoopBackOff',
  probableCause: 'pod_crash_loop',
  confidence: 0.95,
  resource: { target: 'prod', kind: 'pod', namespace: 'production', name: 'api-server-1' },
  labels: {},
  context: {},
  affectedServices: [],
  reportedAt: new Date('2026-03-03T03:12:00Z'),
  ...change,
});
const facts = (change: Partial<Facts> = {}): Facts => ({
  incident: incident(),
  runbooks: [runbook()],
  killSwitch: { engaged: false, reason: '' },
  controls: noRestrictions,
  targets: ['prod'],
  ...change,
});
const decideOn = (change: Partial<Facts> = {}) => decide(facts(change), policy, now);

describe('a decision', () => {
  it.each<[string, Partial<Facts>, string, string]>([
    ['runs what is low risk and certain', {}, 'auto_execute', 'executing'],
    [
      'is left to people without a runbook',
      { incident: incident({ symptom: 'x', probableCause: 'y' }) },
      'manual',
      'no_runbook',
    ],
    [
      'suggests below the minimum confidence',
      { incident: incident({ confidence: 0.5 }) },
      'suggest',
      'low_confidence',
    ],
    [
      'suggests without any confidence',
      { incident: incident({ confidence: 0 }) },
      'suggest',
      'low_confidence',
    ],
    [
      'suggests on a report that is too old',
      { incident: incident({ reportedAt: new Date('2026-03-03T03:02:04Z') }) },
      'suggest',
      'stale_incident',
    ],
    [
      'is blocked by the kill switch',
      { killSwitch: { engaged: true, reason: 'tooling' } },
      'blocked',
      'kill_switch',
    ],
    ['is blocked where no executor is', { targets: ['other'] }, 'blocked', 'no_executor'],
    [
      'is blocked without a resource',
      { incident: incident({ resource: undefined }) },
      'blocked',
      'no_executor',
    ],
    [
      'is blocked in another namespace',
      { incident: incident({ resource: { target: 'prod', kind: 'pod', namespace: 'default', name: 'x' } }) },
      'blocked',
      'namespace_not_allowed',
    ],
    [
      'is blocked where the owner opted out',
      { incident: incident({ labels: { enabled: 'false' } }) },
      'blocked',
      'not_opted_in',
    ],
    [
      'is blocked when several services are affected',
      { incident: incident({ affectedServices: ['a', 'b'] }) },
      'blocked',
      'blast_limited',
    ],
    [
      'needs a person for medium risk',
      { runbooks: [runbook({ risk: 'medium' })] },
      'approval_required',
      'approval_required',
    ],
    [
      'needs a person where the runbook says so',
      { runbooks: [runbook({ decisionMode: 'approval_required' })] },
      'approval_required',
      'approval_required',
    ],
    [
      'only observes where the runbook says so',
      { runbooks: [runbook({ decisionMode: 'observe' })] },
      'observe',
      'observed',
    ],
  ])('%s', (_title, change, mode, code) => {
    expect(decideOn(change)).toMatchObject({ mode, code });
  });

  const step = {
    id: 'grow',
    name: 'grow',
    description: '',
    action: 'kubernetes.scale',
    with: {},
    when: undefined,
    validation: undefined,
    timeoutSeconds: 60,
    retries: 0,
    required: true,
    rollback: undefined,
  };

  it('is blocked where no executor knows the action, and names it', () => {
    const decision = decideOn({
      runbooks: [runbook({ steps: [{ ...step, action: 'kubernetes.cordonNode' }] })],
    });
    expect(decision).toMatchObject({ mode: 'blocked', code: 'no_executor', orders: undefined });
    expect(decision.summary).toContain('no executor does kubernetes.cordonNode yet');
  });

  it('is a suggestion with a plan where executors can only plan the action', () => {
    const decision = decideOn({ runbooks: [runbook({ steps: [step] })] });
    expect(decision).toMatchObject({ mode: 'suggest', code: 'no_executor', orders: 'plan' });
    expect(decision.summary).toBe(
      'restart-pod was not run: no executor does kubernetes.scale yet. Nothing changed.',
    );
  });

  it('asks people where the moment makes a low risk higher, and says why', () => {
    const guardrails = { ...runbook().guardrails, maxAffectedServices: 3 };
    const wide = incident({ affectedServices: ['cart', 'search'] });
    const decision = decideOn({ incident: wide, runbooks: [runbook({ guardrails })] });
    expect(decision).toMatchObject({ mode: 'approval_required', risk: 'medium' });
    expect(decision.summary).toContain('medium risk (3 services are affected)');
    expect(decision.checks.find(({ name }) => name === 'risk')?.observed).toBe(
      'medium, declared low, raised: 3 services are affected',
    );
  });

  it('waits for what it needs, where a report says that it is down', () => {
    const needy = [runbook({ dependencies: ['payments-provider'] })];
    expect(decideOn({ runbooks: needy }).mode).toBe('auto_execute');
    const down = incident({ context: { 'payments-provider-down': 'true' } });
    expect(decideOn({ runbooks: needy, incident: down })).toMatchObject({
      mode: 'blocked',
      code: 'dependency_down',
    });
    expect(decideOn({ incident: down }).mode).toBe('auto_execute');
  });

  it('still asks people for what is risky, and says that no executor does it', () => {
    const decision = decideOn({ runbooks: [runbook({ risk: 'high', steps: [step] })] });
    expect(decision).toMatchObject({ mode: 'approval_required', code: 'approval_required' });
    expect(decision.summary).toContain('no executor does kubernetes.scale yet');
    expect(decision.checks.find(({ name }) => name === 'executor')?.result).toBe('not_reached');
  });

  it.each([
    ['one of two steps', [step, step]],
    ['a step on a condition', [{ ...step, when: 'live.replicas < 3.0' }]],
    ['a step whose result counts', [{ ...step, validation: { type: 'exit_code' as const, code: 0 } }]],
  ])('does not run %s: the plan would leave the rest out', (_title, steps) => {
    const known = steps.map((one) => ({ ...one, action: 'kubernetes.deletePod' }));
    expect(decideOn({ runbooks: [runbook({ steps: known })] })).toMatchObject({
      mode: 'blocked',
      code: 'no_executor',
    });
  });

  it('is blocked outside of the hours of the runbook, and says what hours they are', () => {
    const nights = { days: ['mon', 'tue'], from: '22:00', to: '03:00', timeZone: 'UTC' } as const;
    const guardrails = { ...runbook().guardrails, allowedWindows: [nights] };
    const decision = decideOn({ runbooks: [runbook({ guardrails })] });
    expect(decision).toMatchObject({ mode: 'blocked', code: 'outside_window' });
    expect(decision.checks.find(({ name }) => name === 'window')).toMatchObject({
      observed: 'tue 03:12 UTC',
      limit: 'mon tue 22:00-03:00 UTC',
    });
    const open = { ...guardrails, allowedWindows: [{ ...nights, to: '04:00' }] };
    expect(decideOn({ runbooks: [runbook({ guardrails: open })] }).mode).toBe('auto_execute');
  });

  it('without a known fix is left to people, also where a runbook is for any incident', () => {
    const look = { ...step, action: 'kubernetes.collectDiagnostics' };
    const triggers = { symptoms: [], probableCauses: [], any: true, minimumConfidence: 0 };
    const unknown = incident({ symptom: 'unknown_issue', probableCause: '' });
    for (const decisionMode of ['manual', 'auto_execute'] as const) {
      const any = runbook({ name: 'collect-diagnostics', triggers, decisionMode, steps: [look] });
      const decision = decideOn({ runbooks: [any], incident: unknown });
      expect(decision).toMatchObject({ mode: 'manual', code: 'no_runbook', runbook: undefined });
      expect(decision.summary).toBe(
        'No runbook matches unknown_issue. Nothing changed. collect-diagnostics is for people to run.',
      );
    }
    const known = runbook({ name: 'any', triggers });
    expect(decideOn({ runbooks: [known], incident: unknown }).mode).toBe('auto_execute');
  });

  it.each([
    [undefined, 'no resource', 'no resource'],
    [{ target: 'prod', kind: 'instance', namespace: '', name: 'i-1' }, 'an instance', 'instance'],
  ])(
    'says which runbook would be for it, were it about another kind of resource',
    (resource, named, seen) => {
      const scope = { ...runbook().scope, resourceKinds: ['pod'] };
      const hurt = incident({ probableCause: '', resource });
      const { mode, code, summary, checks } = decideOn({ runbooks: [runbook({ scope })], incident: hurt });
      const why = `o runbook matches CrashLoopBackOff; restart-pod is for it, and needs a pod: the report names ${named}`;
      expect({ mode, code, summary }).toEqual({
        mode: 'manual',
        code: 'no_runbook',
        summary: `N${why}. Nothing changed.`,
      });
      expect(checks).toMatchObject([
        { observed: `CrashLoopBackOff, on ${seen}`, limit: 'restart-pod on a pod', reason: `n${why}` },
      ]);
    },
  );

  it('names a few of the runbooks that would be for it, by cause first', () => {
    const of = (name: string, symptoms: string[], probableCauses: string[]) => {
      const scope = { ...runbook().scope, resourceKinds: [`${name}s`, 'host'] };
      return runbook({ name, scope, triggers: { ...runbook().triggers, symptoms, probableCauses } });
    };
    const runbooks = [of('a', ['s'], []), of('b', ['s'], []), of('c', ['s'], []), of('d', [], ['y'])];
    const hurt = incident({ symptom: 's', probableCause: 'y', resource: undefined });
    expect(decideOn({ runbooks, incident: hurt }).summary).toContain(
      'y, s; d is for it, and needs a ds or host; a is for it, and needs an as or host; ' +
        'b is for it, and needs a bs or host, and there are more: the report names no resource.',
    );
  });

  it('says that a report does not say how certain it is', () => {
    const unsure = decideOn({ incident: incident({ confidence: undefined }) });
    expect(unsure).toMatchObject({
      mode: 'suggest',
      code: 'low_confidence',
      summary:
        'restart-pod was not run: the report does not say how certain it is, which counts as 0. Nothing changed.',
    });
    expect(unsure.checks.find(({ name }) => name === 'confidence')?.observed).toBe('none reported');
    const undemanding = runbook({ triggers: { ...runbook().triggers, minimumConfidence: 0 } });
    expect(decideOn({ runbooks: [undemanding], incident: incident({ confidence: undefined }) }).mode).toBe(
      'auto_execute',
    );
  });

  it('says in observe what it would have done', () => {
    expect(decideOn({ runbooks: [runbook({ decisionMode: 'observe' })] }).wouldHave).toBe('auto_execute');
    const asking = runbook({ decisionMode: 'approval_required' });
    const observed = activeRunbook(asking, { digest: 'sha256:1', version: 1, mode: 'observe' });
    expect(decideOn({ runbooks: [observed] }).wouldHave).toBe('approval_required');
  });

  it('keeps every step behind the first refusal, each with what it saw', () => {
    const { checks } = decideOn({
      incident: incident({ confidence: 0.1 }),
      killSwitch: { engaged: true, reason: '' },
    });
    expect(checks.filter((c) => c.result === 'refuse').map((c) => c.code)).toEqual([
      'low_confidence',
      'kill_switch',
    ]);
    expect(checks.map((c) => c.name)).toContain('risk');
    for (const check of checks) expect(check.reason === '').toBe(check.result !== 'refuse');
  });

  it('leaves a place for each guardrail, in their order, and says that none was asked', () => {
    const { checks } = decideOn();
    const tail = checks.slice(-guardrailNames.length);
    expect(tail.map((c) => c.name)).toEqual(guardrailNames);
    for (const check of tail) expect(check.result).toBe('not_reached');
  });

  it('is never automatic for anything but low risk, full confidence and a clear way', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('low', 'medium', 'high'),
        fc.constantFrom('manual', 'suggest', 'approval_required', 'auto_execute', 'observe'),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.boolean(),
        (risk, decisionMode, confidence, engaged) => {
          const { mode } = decideOn({
            runbooks: [runbook({ risk: risk as 'low', decisionMode: decisionMode as 'manual' })],
            incident: incident({ confidence }),
            killSwitch: { engaged, reason: '' },
          });
          const clear = risk === 'low' && decisionMode === 'auto_execute' && confidence >= 0.8 && !engaged;
          expect(mode === 'auto_execute').toBe(clear);
        },
      ),
    );
  });
});

describe('a block', () => {
  const refusal = (change: Partial<GuardrailCheck> = {}): GuardrailCheck => ({
    name: 'rate',
    result: 'refuse',
    observed: '5 in 60 min',
    limit: '5',
    reason: 'it ran 5 times for api-server in the last hour, the limit',
    code: 'rate_limited',
    endsAt: new Date('2026-03-03T03:18:11Z'),
    ...change,
  });
  const passed = refusal({ name: 'circuit', result: 'pass', code: '', reason: '', endsAt: undefined });

  it('is none where every guardrail agrees', () => {
    expect(block('restart-pod', [passed])).toBeUndefined();
    expect(block('restart-pod', [])).toBeUndefined();
  });

  it('says the first reason', () => {
    const later = new Date('2026-03-03T03:20:00Z');
    const checks = [passed, refusal(), refusal({ name: 'cooldown', code: 'cooling_down', endsAt: later })];
    expect(block('restart-pod', checks)).toEqual({
      mode: 'blocked',
      code: 'rate_limited',
      summary:
        'restart-pod was not run: it ran 5 times for api-server in the last hour, the limit. Nothing changed.',
    });
  });
});

it('asks a person, and says why, where a runbook has failed too often', () => {
  const history = new Map([['restart-pod', { verified: 3, failed: 4, runsEver: 7, verifiedEver: 3 }]]);
  const { mode, risk, summary, checks } = decideOn({ history });
  expect({ mode, risk }).toEqual({ mode: 'approval_required', risk: 'medium' });
  expect(summary).toContain('worked 3 of 7 times in 30 days');
  expect(checks.find(({ name }) => name === 'risk')?.observed).toBe(
    'medium, declared low, raised: worked 3 of 7 times in 30 days',
  );
});
