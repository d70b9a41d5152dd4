import { expect, it } from 'vitest';
import type { TestResult } from '#lib/runbook/tests/result.ts';
import { reportGithub } from './report-github.ts';

const place = { line: 9, column: 5 };
const failed: TestResult = {
  ...place,
  file: 'a.test.yaml',
  runbook: 'a',
  name: 'does not heal',
  passed: false,
  mismatches: [{ what: 'mode', expected: 'auto_execute', actual: 'blocked' }],
  why: 'It rests.',
};
const report = { problems: [], uncovered: [], untested: [], notes: [] };

it('stands at the line of each failure', () => {
  const problem = {
    ...place,
    file: 'b.test.yaml',
    path: 'tests.0.expect',
    code: 'x',
    severity: 'error',
    message: 'is empty',
  } as const;
  const lines = reportGithub({
    ...report,
    results: [failed, { ...failed, passed: true }],
    problems: [problem],
    untested: [{ runbook: 'c', file: 'c.yaml' }],
    uncovered: [{ runbook: 'a', guardrails: ['rate'] }],
  });
  expect(lines).toEqual([
    '::error file=b.test.yaml,line=9,col=5,title=tests.0.expect::is empty',
    '::error file=a.test.yaml,line=9,col=5,title=does not heal::expected mode auto_execute, got blocked. It rests.',
    '::warning file=c.yaml,line=1,col=1,title=runbook test::c has no test',
    '1 passed, 1 failed, 1 problem(s) in files',
    'a: no test made refuse: rate',
  ]);
});

it('lets no text become a command of its own', () => {
  const hostile = { ...failed, name: 'x\n::error::y', why: 'a\r\n::set-env name=b::100%' };
  const [line] = reportGithub({ ...report, results: [hostile] });
  expect(line).toBe(
    '::error file=a.test.yaml,line=9,col=5,title=x%0A%3A%3Aerror%3A%3Ay::expected mode auto_execute, got blocked. a%0D%0A::set-env name=b::100%25',
  );
});
