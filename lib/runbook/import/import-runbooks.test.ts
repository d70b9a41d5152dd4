import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadRunbook } from '../load-runbook.ts';
import { formatProblem } from '../problem.ts';
import { importRunbooks } from './import-runbooks.ts';

const folder = new URL('fixtures/', import.meta.url).pathname;
const files = globSync('*.{yaml,json}', { cwd: folder })
  .filter((file) => !file.includes('.golden.'))
  .toSorted();
const importFile = (file: string) => importRunbooks(readFileSync(`${folder}${file}`, 'utf8'), file);
const lines = (result: ReturnType<typeof importRunbooks>): string =>
  [...result.problems, ...result.warnings].map((problem) => `${formatProblem(problem)}\n`).join('');

describe('a file of another system becomes this file, with these warnings', () => {
  it.each(files)('%s', async (file) => {
    const result = importFile(file);
    const text = result.runbooks.map((runbook) => runbook.text).join('---\n');
    await expect(text).toMatchFileSnapshot(`${folder}${file}.golden.yaml`);
    await expect(lines(result)).toMatchFileSnapshot(`${folder}${file}.golden.txt`);
  });

  it('loads, or says what keeps it from loading', () => {
    const loading = files.flatMap((file) => {
      const { runbooks, warnings } = importFile(file);
      return runbooks.map(({ name, text }) => {
        const { problems } = loadRunbook(text, 'f.yaml');
        const messages = warnings.map(({ message }) => message);
        const isTold = problems.every(
          ({ message, path }) =>
            messages.includes(message) || (path.startsWith('spec.steps.') && text.includes('x-imported')),
        );
        expect(isTold).toBe(true);
        return problems.length === 0 ? name : `(${name})`;
      });
    });
    expect(loading).toEqual([
      '(planned-maintenance)',
      'web-application-deployment',
      'restart-pod',
      'scale-up',
      'rollback-deployment',
      '(clear-disk-cache)',
      '(failover-database)',
      'ssm-ecs-scale-up',
      '(ssm-not-carried)',
      'ssm-restart-agents',
    ]);
  });

  it('gives nothing away: only what the lab itself runs unasked acts by itself', () => {
    const automatic = files.flatMap((file) =>
      importFile(file).runbooks.filter(({ text }) => text.includes('decisionMode: auto_execute')),
    );
    expect(automatic.map(({ name }) => name)).toEqual(['restart-pod', 'scale-up']);
  });
});

const lab = (fields: string): ReturnType<typeof importRunbooks> =>
  importRunbooks(
    `runbooks:\n  one:\n    triggers: [a]\n    min_confidence: 0.9\n${fields.replace(/^/gm, '    ')}`,
    'lab.yaml',
  );
const codesOf = ({ warnings }: ReturnType<typeof importRunbooks>): string[] =>
  warnings.map(({ code }) => code);

describe('of the lab', () => {
  it.each([
    [
      'a low risk that is higher by its action',
      'risk: low\naction: kubectl rollout undo deployment a -n b',
      'high',
    ],
    ['no risk at all', 'action: kubectl cordon n1', 'high'],
    ['a risk that nobody knows', 'risk: negligible\naction: kubectl cordon n1', 'high'],
    ['a failover that says medium', 'risk: medium\naction: kubectl cordon n1\ntags: [x]', 'medium'],
    ['a command of which nothing is known', 'risk: low\naction: reboot', 'high'],
  ])('%s', (_, fields, risk) => {
    const [runbook] = lab(fields).runbooks;
    expect(runbook?.text).toContain(`risk: ${risk}\n  decisionMode: approval_required`);
  });

  it('calls a database failover high whatever its file says', () => {
    const result = importRunbooks(
      'runbooks: {failover-database: {risk: MEDIUM, action: kubectl cordon n1}}',
      'lab.yaml',
    );
    expect(result.runbooks[0]?.text).toContain('risk: high');
    expect(lines(result)).toContain(
      'lab.yaml:1:32 runbooks.failover-database.risk: warning: says MEDIUM, and a database failover is high risk, so it is high here and asks a person',
    );
  });

  it('runs several commands in order, each with what undoes it', () => {
    const { runbooks } = lab(
      'action: [kubectl cordon n1, "kubectl scale deployment {deployment} --replicas={n} -n {namespace}"]\nrollback: [kubectl cordon n1, "kubectl scale deployment {deployment} --replicas={old_replicas} -n {namespace}"]',
    );
    const [runbook] = loadRunbook(runbooks[0]?.text ?? '', 'f.yaml').runbooks;
    expect(runbook?.steps.map(({ action }) => action)).toEqual(['kubernetes.cordonNode', 'kubernetes.scale']);
    expect(runbook?.steps[1]?.rollback?.with).toMatchObject({ replicas: '${before.replicas}' });
    expect(runbook?.parameters['n']).toMatchObject({ type: 'integer', required: true });
  });

  it('never looks up what a shell was meant to look up', () => {
    const result = lab('action: kubectl delete pod ${POD_NAME} -n production');
    expect(codesOf(result)).toContain('step_left');
    expect(loadRunbook(result.runbooks[0]?.text ?? '', 'f.yaml').runbooks).toEqual([]);
  });

  it.each(['pre_checks: [nobody_home]', 'conditions: [moon_phase > 3]', 'post_checks: [feels_better]'])(
    'does not load without the check that nobody knows: %s',
    (field) => {
      const result = lab(`risk: low\naction: kubectl delete pod a -n b\n${field}`);
      expect(codesOf(result)).toContain('unknown_check');
      expect(loadRunbook(result.runbooks[0]?.text ?? '', 'f.yaml').runbooks).toEqual([]);
    },
  );

  it.each([
    'max_per_hour: one',
    'cooldown_seconds: a while',
    'circuit_breaker: strict',
    'pre_checks: [{name: quiet_hours}]',
    'pre_checks: {quiet: true}',
    'allowed_namespaces: [{name: production}]',
    'required_labels: [team]',
  ])('does not load without a guardrail that it cannot read: %s', (field) => {
    const { runbooks, warnings } = lab(`risk: low\naction: kubectl delete pod a -n b\n${field}`);
    expect(loadRunbook(runbooks[0]?.text ?? '', 'f.yaml').runbooks).toEqual([]);
    expect(warnings.length).toBeGreaterThan(0);
  });

  it('does not load with a limit that the format refuses, and says so at the limit', () => {
    expect(lines(lab('action: kubectl cordon n1\nmax_per_hour: 0'))).toMatch(
      /lab\.yaml:6:5 spec\.guardrails\.maxExecutionsPerHour: warning: is less than 1, got 0/,
    );
  });
});

describe('of the runbook manager', () => {
  const step = (fields: Readonly<Record<string, unknown>>) => {
    const result = importRunbooks(
      JSON.stringify({ name: 'a', steps: [{ step_id: 's', ...fields }] }),
      'a.json',
    );
    const loaded = loadRunbook(result.runbooks[0]?.text ?? '', 'f.yaml');
    return { result, step: loaded.runbooks[0]?.steps[0], codes: codesOf(result) };
  };

  it('carries the types of validation that both know', () => {
    const command = 'aws:lambda:f';
    const text = { type: 'output_contains', expected_text: 'ok' };
    expect(step({ command, validation: text }).step?.validation).toEqual({
      type: 'output_contains',
      text: 'ok',
    });
    const code = { type: 'exit_code', expected_code: 4 };
    expect(step({ command, validation: code }).step?.validation).toEqual({ type: 'exit_code', code: 4 });
    const custom = { type: 'custom', expression: 'result.exitCode < 2.0' };
    expect(step({ command, validation: custom }).step?.validation).toEqual({
      type: 'expression',
      expression: 'result.exitCode < 2.0',
    });
  });

  it.each([
    { type: 'row_count' },
    { type: 'custom', expression: 'len(output) > 3' },
    { type: 'output_contains' },
  ])('does not load with a validation that nobody would look at: %o', (validation) => {
    const { step: loaded, codes } = step({ command: 'aws:lambda:f', validation });
    expect(loaded).toBeUndefined();
    expect(
      codes.some((code) =>
        ['bad_value', 'bad_expression', 'unknown_function', 'not_supported', 'unknown_fact'].includes(code),
      ),
    ).toBe(true);
  });

  it('fills the parameters of the step into its command, and no text of it', () => {
    const command = 'aws codedeploy create-deployment --application-name {app} --deployment-group-name live';
    expect(step({ command, parameters: { app: '{name}' } }).step?.with).toEqual({
      application: '${name}',
      deploymentGroup: 'live',
    });
    expect(step({ command, parameters: { app: 'a --ignore' } }).codes).toContain('step_left');
  });

  it('tells of a parameter that the command does not use', () => {
    const { result } = step({ command: '/bin/true', parameters: { speed: 3 } });
    expect(lines(result)).toContain('steps.0.parameters.speed: warning: the command does not use it');
  });
});

describe('what is none of them is refused, with what would be one', () => {
  it.each([
    ['nothing', '', 'empty_file'],
    ['a list', '- a', 'unknown_format'],
    ['something else', 'on: push\nsteps: [{run: make}]', 'unknown_format'],
    ['a runbook of ours', 'kind: RemediationRunbook', 'already_imported'],
    ['a command document', 'schemaVersion: "2.2"\nmainSteps: []', 'unknown_format'],
    ['several at once', 'schemaVersion: "0.3"\nmainSteps: []\nrunbooks: {}', 'ambiguous_format'],
    ['a lab without runbooks', 'runbooks: {}', 'empty_file'],
    ['a key twice', '{"runbooks": {}, "runbooks": {}}', 'duplicate_key'],
    ['a key that reaches a prototype', '{"runbooks": {"__proto__": {"isAdmin": true}}}', 'forbidden_key'],
    ['broken text', '{"runbooks": ', 'bad_yaml'],
    ['too much nesting', '['.repeat(100), 'nested_too_deeply'],
    [
      'too many values',
      `a: &a [${'1,'.repeat(80)}]\nb: &b [${'*a,'.repeat(80)}]\nruns: [${'*b,'.repeat(80)}]`,
      'too_many_values',
    ],
    ['too much text', `a: ${'x'.repeat(300_000)}`, 'file_too_large'],
  ])('%s', (_, text, code) => {
    const { runbooks, problems } = importRunbooks(text, 'f.yaml');
    expect(runbooks).toEqual([]);
    expect(problems.map((problem) => problem.code)).toContain(code);
  });

  it('says which formats there are, and which it is when another is asked for', () => {
    expect(lines(importRunbooks('a: 1', 'f.yaml'))).toMatch(/none of s0: .*; s1: .*; ssm: /);
    expect(lines(importRunbooks('runbooks: {}', 'f.yaml', 's0'))).toContain('try --from s1');
  });

  it('asks when it could be two, and takes the one that is named', () => {
    const both = 'schemaVersion: "0.3"\nmainSteps: []\nrunbooks: {a: {action: kubectl cordon n}}';
    expect(lines(importRunbooks(both, 'f.yaml'))).toContain(
      'could be s1 or ssm, say which with --from s1|ssm',
    );
    expect(importRunbooks(both, 'f.yaml', 's1').runbooks.map(({ name }) => name)).toEqual(['a']);
  });
});

it('shows what would hide in a terminal or in a review', () => {
  const hidden = 'x\u202eevil\u001b[31m\u200b';
  const { runbooks } = importRunbooks(
    JSON.stringify({ name: 'a', description: hidden, steps: [{ step_id: 's', command: 'aws:lambda:f' }] }),
    'a\nkind: b.json',
  );
  const text = runbooks[0]?.text ?? '';
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u200b\u202e]/);
  expect(text.split('\n')[0]).toBe(
    '# Imported from a?kind: b.json (s0). Review it, then lint it; nothing has been applied.',
  );
  expect(loadRunbook(text, 'f.yaml').runbooks[0]?.intent).toBe(hidden);
});
