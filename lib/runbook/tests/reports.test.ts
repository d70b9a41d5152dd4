import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportJunit } from './report-junit.ts';
import { reportLines } from './report-lines.ts';
import type { TestReport, TestResult } from './result.ts';

const result = (change: Partial<TestResult> = {}): TestResult => ({
  file: 'runbooks/a.test.yaml',
  line: 6,
  column: 5,
  runbook: 'a',
  name: 'heals',
  passed: true,
  mismatches: [],
  why: '',
  ...change,
});
const failed = (change: Partial<TestResult> = {}): TestResult =>
  result({
    name: 'does not heal',
    line: 9,
    passed: false,
    mismatches: [
      { what: 'mode', expected: 'auto_execute', actual: 'blocked' },
      { what: 'history', expected: '', actual: 'run 1 could not have happened' },
    ],
    why: 'It rests for 5 min.',
    ...change,
  });
const report = (change: Partial<TestReport> = {}): TestReport => ({
  results: [result(), failed()],
  problems: [],
  uncovered: [],
  untested: [],
  notes: [],
  ...change,
});
const problem = {
  file: 'b.test.yaml',
  line: 2,
  column: 3,
  path: 'tests.0.expect',
  code: 'bad_value',
  severity: 'error',
  message: 'is empty',
} as const;

describe('for people', () => {
  it('is a line for each failure, the sum, and what nobody has looked at', () => {
    const lines = reportLines(
      report({
        problems: [problem],
        uncovered: [{ runbook: 'a', guardrails: ['rate', 'cooldown'] }],
        untested: [{ runbook: 'c', file: 'c.yaml' }],
        notes: ['a: be careful'],
      }),
    );
    expect(lines).toEqual([
      'b.test.yaml:2:3 tests.0.expect: is empty',
      'runbooks/a.test.yaml:9:5 does not heal: expected mode auto_execute, got blocked; history: run 1 could not have happened. It rests for 5 min.',
      '1 passed, 1 failed, 1 problem(s) in files',
      'note: a: be careful',
      'a: no test made refuse: rate, cooldown',
      'c: no test (c.yaml)',
    ]);
  });
});

describe('as JUnit', () => {
  it('has a suite for each file, with its failures and errors', () => {
    expect(reportJunit(report({ problems: [problem] }))).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="belay runbook test" tests="3" failures="1" errors="1">
  <testsuite name="runbooks/a.test.yaml" tests="2" failures="1" errors="0">
    <testcase classname="runbooks/a.test.yaml" name="heals" file="runbooks/a.test.yaml" line="6"/>
    <testcase classname="runbooks/a.test.yaml" name="does not heal" file="runbooks/a.test.yaml" line="9">
      <failure message="expected mode auto_execute, got blocked; history: run 1 could not have happened. It rests for 5 min."/>
    </testcase>
  </testsuite>
  <testsuite name="b.test.yaml" tests="1" failures="0" errors="1">
    <testcase classname="b.test.yaml" name="tests.0.expect">
      <error message="b.test.yaml:2:3 tests.0.expect: is empty"/>
    </testcase>
  </testsuite>
</testsuites>
`);
  });

  it('is well-formed whatever the texts are', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, (name, why) => {
        const xml = reportJunit(report({ results: [failed({ name, why })] }));
        expect(withoutMarkup(xml).trim()).toBe('');
        expect(xml).toMatch(XML_CHARACTERS);
      }),
    );
  });
});

/** Everything that is an element with quoted attributes, and the declaration, taken away. */
const withoutMarkup = (xml: string): string =>
  xml.replace(
    /<\?xml [^?]*\?>|<\/?[a-z]+(?: [a-z]+="(?:[^<>&"]|&(?:amp|lt|gt|quot|apos|#\d+);)*")*\/?>/g,
    '',
  );

const XML_CHARACTERS = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
