import { describe, expect, it } from 'vitest';
import { loadRunbook } from '../../load-runbook.ts';
import { resolvePlan } from '../../resolve-plan.ts';
import { importRunbooks } from '../import-runbooks.ts';

type Fields = Readonly<Record<string, unknown>>;

const parameters = {
  Count: { type: 'Integer', default: 3 },
  Name: { type: 'String' },
  Team: { type: 'StringList', default: ['arn:aws:iam::111122223333:user/ana', 'ben'] },
};

function importSteps(...steps: readonly Fields[]) {
  const mainSteps = steps.map((step, index) => ({ name: `s${index + 1}`, ...step }));
  const document = { schemaVersion: '0.3', description: 'd', parameters, mainSteps };
  const { runbooks, warnings } = importRunbooks(JSON.stringify(document), 'doc.json');
  const text = runbooks[0]?.text ?? '';
  const [runbook] = loadRunbook(text, 'f.yaml').runbooks;
  return {
    text,
    runbook,
    warnings,
    at: (path: string) => warnings.filter((warning) => warning.path === path),
  };
}

const api = (service: string, name: string, inputs: Fields): Fields => ({
  action: 'aws:executeAwsApi',
  inputs: { Service: service, Api: name, ...inputs },
});
const update = api('ecs', 'UpdateService', { cluster: 'c', service: 's', desiredCount: '{{ Count }}' });
const look = (kind: 'waitFor' | 'assert', field: string, values: readonly string[]): Fields => ({
  action: `aws:${kind}AwsResourceProperty`,
  inputs: {
    Service: 'ecs',
    Api: 'DescribeServices',
    PropertySelector: `$.services[0].${field}`,
    DesiredValues: values,
  },
});

describe('what acts', () => {
  it.each([
    ['ECS', update, 'aws.ecs.updateService', { cluster: 'c', service: 's', desiredCount: '${count}' }],
    [
      'Lambda by API',
      api('lambda', 'Invoke', { FunctionName: 'f', Payload: '{"a":"{{ Name }}"}' }),
      'aws.lambda.invoke',
      { function: 'f', payload: '{"a":"${name}"}' },
    ],
    [
      'SNS',
      api('sns', 'Publish', {
        TopicArn: 'arn:aws:sns:eu-west-1:1:t',
        Subject: 'x',
        Message: 'Hello {{Name}}',
      }),
      'aws.sns.publish',
      { topicArn: 'arn:aws:sns:eu-west-1:1:t', subject: 'x', message: 'Hello ${name}' },
    ],
    [
      'Run Command',
      {
        action: 'aws:runCommand',
        inputs: {
          DocumentName: 'AWS-RunShellScript',
          InstanceIds: '{{ Name }}',
          MaxConcurrency: '2',
          Parameters: { commands: ['date'] },
        },
      },
      'aws.ssm.runCommand',
      {
        document: 'AWS-RunShellScript',
        instanceIds: ['${name}'],
        maxConcurrency: 2,
        parameters: '{"commands":["date"]}',
      },
    ],
    [
      'an automation',
      {
        action: 'aws:executeAutomation',
        inputs: { DocumentName: 'd', DocumentVersion: '2', RuntimeParameters: { A: ['{{ Name }}'] } },
      },
      'aws.ssm.startAutomation',
      { document: 'd', documentVersion: '2', parameters: '{"A":["${name}"]}' },
    ],
    [
      'a function',
      {
        action: 'aws:invokeLambdaFunction',
        inputs: {
          FunctionName: 'f',
          Qualifier: '1',
          InvocationType: 'RequestResponse',
          InputPayload: { a: 1 },
        },
      },
      'aws.lambda.invoke',
      { function: 'f', qualifier: '1', payload: '{"a":1}' },
    ],
  ])('%s', (_, step, action, given) => {
    const { runbook } = importSteps(step);
    expect(runbook?.steps).toMatchObject([{ id: 's1', action, with: given }]);
    expect(runbook).toMatchObject({ risk: 'high', decisionMode: 'approval_required' });
  });

  it('runs on the instance that is given, and on no other', () => {
    const inputs = { DocumentName: 'd', InstanceIds: ['{{ Name }}'] };
    const { runbook } = importSteps({ action: 'aws:runCommand', inputs });
    const planFor = (name: string) =>
      runbook &&
      resolvePlan(runbook, { service: 's', resource: undefined, context: {}, parameters: { name } });
    expect(JSON.stringify(planFor('i-1'))).toContain('"instanceIds":["i-1"]');
    expect(JSON.stringify(planFor('i-1; reboot'))).not.toContain('reboot"]');
  });

  it('carries timeout, attempts and what may fail', () => {
    const { runbook } = importSteps({
      ...update,
      timeoutSeconds: 45,
      maxAttempts: 3,
      onFailure: 'Continue',
      description: 'Up',
    });
    expect(runbook?.steps[0]).toMatchObject({
      timeoutSeconds: 45,
      retries: 2,
      required: false,
      description: 'Up',
    });
  });

  it.each([
    ['an API without an action', api('ec2', 'StopInstances', {})],
    [
      'an input that changes what is done',
      api('ecs', 'UpdateService', { cluster: 'c', service: 's', taskDefinition: 't:2' }),
    ],
    [
      'a call that does not wait',
      { action: 'aws:invokeLambdaFunction', inputs: { FunctionName: 'f', InvocationType: 'Event' } },
    ],
    [
      'targets by tag',
      { action: 'aws:runCommand', inputs: { DocumentName: 'd', Targets: [{ Key: 'tag:a', Values: ['b'] }] } },
    ],
    [
      'a variable of the shell',
      {
        action: 'aws:runCommand',
        inputs: { DocumentName: 'd', InstanceIds: ['i-1'], Parameters: { commands: ['rm -rf ${SERVICE}'] } },
      },
    ],
    [
      'what another step returned',
      api('ecs', 'UpdateService', { cluster: 'c', service: '{{ other.Name }}' }),
    ],
    ['what Systems Manager knows', api('sns', 'Publish', { TopicArn: 'a', Message: '{{ global:DATE }}' })],
    ['a script', { action: 'aws:executeScript', inputs: { Runtime: 'python3.11', Script: 'x' } }],
    ['a name that reaches a prototype', { action: 'aws:constructor', inputs: {} }],
  ])('stays without an action, and does not load: %s', (_, step) => {
    const { runbook, text, at } = importSteps(step, update);
    expect(runbook).toBeUndefined();
    expect(at('mainSteps.0').map(({ code }) => code)).toContain('step_left');
    expect(text).toMatch(/- id: s1\n {6}x-imported:/);
  });
});

describe('aws:approve', () => {
  const gate = (inputs: Fields, more: Fields = {}): Fields => ({ action: 'aws:approve', inputs, ...more });

  it('is the approval of the runbook, and silence is a no', () => {
    const approvers = [
      'arn:aws:iam::111122223333:role/ops/oncall',
      'arn:aws:sts::111122223333:assumed-role/admin/eve',
      'carol',
    ];
    const { runbook } = importSteps(
      gate({ Approvers: approvers, MinRequiredApprovals: 2 }, { timeoutSeconds: 900 }),
      update,
    );
    expect(runbook?.approval).toEqual({
      approvers: ['group:oncall', 'group:admin', 'user:carol'],
      quorum: 2,
      timerMs: 900_000,
      onLapse: 'deny',
    });
  });

  it('takes the default of a parameter for the approvers', () => {
    const { runbook } = importSteps(gate({ Approvers: ['{{ Team }}'] }), update);
    expect(runbook?.approval?.approvers).toEqual(['user:ana', 'user:ben']);
  });

  it('does not load when nobody can be named', () => {
    const { runbook, at } = importSteps(gate({ Approvers: ['{{ Name }}'] }), update);
    expect(runbook).toBeUndefined();
    expect(at('mainSteps.0.inputs.Approvers.0')).toHaveLength(1);
  });

  it('asks before everything when it stood in the middle, and says so', () => {
    const { runbook, warnings } = importSteps(update, gate({ Approvers: ['ana'] }), update);
    expect(runbook?.approval?.approvers).toEqual(['user:ana']);
    expect(warnings.map(({ code }) => code)).toContain('moved');
  });

  it('does not load with a second gate', () => {
    const { runbook, at } = importSteps(gate({ Approvers: ['ana'] }), gate({ Approvers: ['ben'] }), update);
    expect(runbook).toBeUndefined();
    expect(at('mainSteps.1').map(({ code }) => code)).toEqual(['step_left']);
  });
});

describe('what looks and what waits', () => {
  it('asserts before acting, and waits for the outcome', () => {
    const { runbook } = importSteps(
      look('assert', 'status', ['ACTIVE', 'DRAINING']),
      update,
      { ...look('waitFor', 'pendingCount', ['0']), timeoutSeconds: 200 },
      { ...look('waitFor', 'runningCount', ['{{ Count }}']), timeoutSeconds: 500 },
    );
    expect(runbook?.preChecks).toEqual([
      { name: 's1', expression: 'live.status == "ACTIVE" || live.status == "DRAINING"' },
    ]);
    expect(runbook?.verification).toMatchObject({
      timeoutSeconds: 500,
      checks: [
        { name: 's3', expect: 'after.pendingCount == 0.0' },
        { name: 'running_count_equals_desired_count' },
      ],
    });
  });

  it.each([
    ['a wait before acting', [look('waitFor', 'status', ['ACTIVE']), update]],
    ['an assertion between', [update, look('assert', 'status', ['ACTIVE']), update]],
    ['a parameter that is not what was set', [update, look('waitFor', 'desiredCount', ['{{ Name }}'])]],
    ['a fact that nobody reads', [update, look('waitFor', 'taskDefinition', ['t:2'])]],
    ['a pause between', [update, { action: 'aws:sleep', inputs: { Duration: 'PT1M' } }, update]],
    ['a date', [update, { action: 'aws:sleep', inputs: { Timestamp: '2026-12-01T00:00:00Z' } }]],
  ])('does not load: %s', (_, steps) => {
    const { runbook, warnings } = importSteps(...steps);
    expect(runbook).toBeUndefined();
    expect(warnings.map(({ code }) => code)).toContain('step_left');
  });

  it('gives the checks the time of a pause at the end', () => {
    const { runbook, at } = importSteps(update, { action: 'aws:sleep', inputs: { Duration: 'PT5M' } });
    expect(runbook?.verification.timeoutSeconds).toBe(420);
    expect(at('mainSteps.1.inputs.Duration').map(({ code }) => code)).toEqual(['assumed']);
  });
});

describe('aws:branch', () => {
  const read: Fields = {
    ...api('ecs', 'DescribeServices', { services: ['s'] }),
    outputs: [
      { Name: 'Wanted', Selector: '$.services[0].desiredCount', Type: 'Integer' },
      { Name: 'State', Selector: '$.services[0].status', Type: 'String' },
    ],
  };
  const branch = (...choices: readonly Fields[]): Fields => ({
    action: 'aws:branch',
    inputs: { Choices: choices },
  });
  const whens = (...steps: readonly Fields[]) =>
    importSteps(read, ...steps).runbook?.steps.map(({ id, when }) => [id, when]);
  const wanted = '{{ s1.Wanted }}';

  it('skips what it jumps over', () => {
    const choice = { NextStep: 's4', Variable: wanted, NumericGreaterOrEquals: 5 };
    expect(whens(branch(choice), update, update)).toEqual([
      ['s3', '!(live.desiredCount >= 5.0)'],
      ['s4', undefined],
    ]);
  });

  it('tells the ways apart', () => {
    const state = '{{ s1.State }}';
    const choices = [
      {
        NextStep: 's4',
        And: [
          { Variable: wanted, NumericLesser: 2 },
          { Variable: state, StringEquals: 'ACTIVE' },
        ],
      },
      {
        NextStep: 's5',
        Not: {
          Or: [
            { Variable: state, StartsWith: 'A' },
            { Variable: wanted, NumericEquals: 0 },
          ],
        },
      },
    ];
    expect(whens(branch(...choices), { ...update, isEnd: true }, { ...update, isEnd: true }, update)).toEqual(
      [
        [
          's3',
          '!((live.desiredCount < 2.0) && (live.status == "ACTIVE")) && !(!((live.status.startsWith("A")) || (live.desiredCount == 0.0)))',
        ],
        ['s4', '(live.desiredCount < 2.0) && (live.status == "ACTIVE")'],
        [
          's5',
          '!((live.desiredCount < 2.0) && (live.status == "ACTIVE")) && (!((live.status.startsWith("A")) || (live.desiredCount == 0.0)))',
        ],
      ],
    );
  });

  it.each([
    ['asks about a parameter', { NextStep: 's4', Variable: '{{ Name }}', StringEquals: 'a' }],
    ['ignores case', { NextStep: 's4', Variable: '{{ s1.State }}', EqualsIgnoreCase: 'active' }],
    ['jumps back', { NextStep: 's1', Variable: wanted, NumericEquals: 1 }],
    ['jumps nowhere', { NextStep: 'gone', Variable: wanted, NumericEquals: 1 }],
    ['compares a number with a text', { NextStep: 's4', Variable: wanted, StringEquals: 'many' }],
    ['has two tests', { NextStep: 's4', Variable: wanted, NumericEquals: 1, NumericGreater: 0 }],
  ])('does not load when it %s', (_, choice) => {
    const { runbook, at } = importSteps(read, branch(choice), update, update);
    expect(runbook).toBeUndefined();
    expect(at('mainSteps.1').map(({ code }) => code)).toContain('step_left');
  });

  it('keeps what only a failure leads to, and does not run it', () => {
    const { runbook, at } = importSteps({ ...update, onFailure: 'step:s2', isEnd: true }, update);
    expect(runbook?.steps.map(({ id }) => id)).toEqual(['s1']);
    expect(at('mainSteps.0.onFailure')).toHaveLength(1);
    expect(at('mainSteps.1')).toHaveLength(1);
  });
});
