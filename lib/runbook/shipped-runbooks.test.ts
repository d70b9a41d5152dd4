import { describe, expect, it } from 'vitest';
import { plannable } from './catalogue/carried-out.ts';
import { explainMatch } from './match-runbook.ts';
import { loadRunbookFiles } from './load-runbook.ts';
import { resolvePlan } from './resolve-plan.ts';
import type { Runbook } from './runbook.ts';

const { runbooks } = await loadRunbookFiles([new URL('../../runbooks', import.meta.url).pathname]);
const named = (name: string): Runbook => runbooks.find((runbook) => runbook.name === name) as Runbook;

describe('the catalogue that ships', () => {
  it.each([
    ['clear-disk-cache', 'low', 'approval_required', ['host.clearCache']],
    ['collect-diagnostics', 'low', 'manual', ['kubernetes.collectDiagnostics']],
    ['ecs-scale-up', 'medium', 'approval_required', ['aws.ecs.updateService']],
    ['failover-database', 'high', 'approval_required', ['database.promoteReplica']],
    ['predictive-scale-up', 'low', 'auto_execute', ['kubernetes.scale']],
    ['restart-pod', 'low', 'auto_execute', ['kubernetes.deletePod']],
    ['restart-service', 'medium', 'approval_required', ['kubernetes.rolloutRestart']],
    ['rollback-deployment', 'high', 'approval_required', ['kubernetes.rolloutUndo']],
    ['scale-to-zero', 'high', 'approval_required', ['kubernetes.scaleToZero']],
    ['scale-up', 'low', 'auto_execute', ['kubernetes.scale']],
    [
      'web-application-deployment',
      'high',
      'approval_required',
      [
        'aws.lambda.invoke',
        'aws.ssm.startAutomation',
        'aws.codedeploy.createDeployment',
        'aws.lambda.invoke',
      ],
    ],
  ])('%s is %s risk and %s', (name, risk, decisionMode, actions) => {
    expect(named(name)).toMatchObject({ risk, decisionMode });
    expect(named(name).steps.map(({ action }) => action)).toEqual(actions);
  });

  it('is eleven runbooks, each with an owner, a way to verify and someone to call', () => {
    expect(runbooks).toHaveLength(11);
    for (const { owner, verification, rollback, escalation } of runbooks) {
      expect(owner).toMatch(/-team$/);
      expect(verification.checks.length).toBeGreaterThan(0);
      expect(rollback.notes).not.toBe('');
      expect(escalation.onVerificationFailure).not.toBe('');
    }
  });

  it('acts only on what has opted in, unless it only reads or people start it', () => {
    const open = runbooks.filter(({ scope }) => Object.keys(scope.requiredLabels).length === 0);
    expect(open.map(({ name, decisionMode }) => `${name} ${decisionMode}`)).toEqual([
      'collect-diagnostics manual',
      'ecs-scale-up approval_required',
      'web-application-deployment approval_required',
    ]);
  });

  it('can be planned where executors know the action, and says why elsewhere', () => {
    const plans = runbooks.map((runbook) => [runbook.name, plannable(runbook)] as const);
    expect(plans.flatMap(([name, why]) => (why === undefined ? [name] : []))).toEqual([
      'predictive-scale-up',
      'restart-pod',
      'restart-service',
      'rollback-deployment',
      'scale-up',
    ]);
    const whyOf = new Map(plans);
    expect(whyOf.get('scale-to-zero')).toBe('no executor plans kubernetes.scaleToZero yet');
    const [step] = named('scale-up').steps;
    if (!step) throw new Error('scale-up has no step');
    expect(plannable({ steps: [step, step] })).toBe('no executor plans more than one step yet');
    expect(plannable({ steps: [{ ...step, when: 'live.replicas < 3' }] })).toBe(
      'no executor judges the condition of step scale yet',
    );
  });

  it('never takes silence for a yes', () => {
    for (const { approval } of runbooks) expect(approval?.onLapse).not.toBe('approve');
  });
});

describe('an incident finds', () => {
  const found = (symptom: string, kind: string) => {
    const resource = { kind, namespace: 'production' };
    return explainMatch(runbooks, { symptom, probableCause: '', resource }).match?.runbook.name;
  };

  it.each([
    ['high_cpu', 'deployment', 'scale-up'],
    ['high_cpu', 'ecs_service', 'ecs-scale-up'],
    ['queue_backlog', 'statefulset', 'scale-up'],
    ['disk_pressure', 'host', 'clear-disk-cache'],
    ['service_unhealthy', 'deployment', 'restart-service'],
    ['replication_lag', 'database', 'failover-database'],
    ['data_breach', 'deployment', 'scale-to-zero'],
    ['predicted_load', 'deployment', 'predictive-scale-up'],
    ['high_cpu', 'pod', 'collect-diagnostics'],
    ['never_heard_of', 'pod', 'collect-diagnostics'],
    ['never_heard_of', 'queue', undefined],
  ])('for %s of a %s: %s', (symptom, kind, name) => {
    expect(found(symptom, kind)).toBe(name);
  });
});

describe('a plan', () => {
  const context = {
    incidentId: 'INC1',
    service: 'shop',
    resource: { kind: 'deployment', namespace: 'production', name: 'web' },
    context: {},
  };

  it('of scale-up adds one, or two where the incident says so, and nothing else', () => {
    const planned = (given: Record<string, string>) => {
      const plan = resolvePlan(named('scale-up'), { ...context, context: given });
      return plan.ok ? plan.steps[0]?.with : plan.why;
    };
    expect(planned({})).toEqual({
      namespace: 'production',
      kind: 'deployment',
      name: 'web',
      addReplicas: 1,
      maxReplicas: 10,
      onlyUp: true,
    });
    expect(planned({ addReplicas: '2' })).toMatchObject({ addReplicas: 2 });
    expect(planned({ addReplicas: '3' })).toContain('is not one of 1, 2');
  });

  it('of scale-to-zero needs the record of the incident', () => {
    const missing = resolvePlan(named('scale-to-zero'), context);
    expect(missing).toMatchObject({ ok: false, missing: ['incident_record'] });
    const parameters = { incident_record: 'SEC-42' };
    expect(resolvePlan(named('scale-to-zero'), { ...context, parameters }).ok).toBe(true);
  });

  it('of web-application-deployment knows its two environments', () => {
    const plan = (environment: string) =>
      resolvePlan(named('web-application-deployment'), {
        ...context,
        parameters: { application_name: 'shop', version: '1.4.2', environment },
      });
    expect(plan('staging')).toMatchObject({
      ok: true,
      steps: [{}, {}, { with: { application: 'shop', deploymentGroup: 'staging', revision: '1.4.2' } }, {}],
    });
    expect(plan('laptop')).toMatchObject({ ok: false });
  });

  it.each([
    ['predictive-scale-up', { predictedLoad: '300', currentLoad: '120' }],
    ['failover-database', { replica: 'orders-2' }],
    ['ecs-scale-up', { cluster: 'shop' }],
    ['collect-diagnostics', {}],
    ['restart-service', {}],
    ['rollback-deployment', {}],
    ['clear-disk-cache', {}],
  ])('of %s has a value for every name', (name, given) => {
    expect(resolvePlan(named(name), { ...context, context: given })).toMatchObject({ ok: true });
  });
});
