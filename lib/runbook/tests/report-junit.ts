import { formatProblem } from '../problem.ts';
import { describeFailure, type TestReport, type TestResult } from './result.ts';

/** JUnit's XML, a suite a file. Files that could not be played are errors. */
export function reportJunit({ results, problems }: TestReport): string {
  const files = [...new Set([...results, ...problems].map(({ file }) => file))];
  const suites = files.flatMap((file) => {
    const own = results.filter((result) => result.file === file);
    const faulty = problems.filter((problem) => problem.file === file);
    const cases = [
      ...own.map(testCase),
      ...faulty.map((problem) => errorCase(file, problem.path || 'file', formatProblem(problem))),
    ];
    const attributes = { name: file, ...counts(own, faulty.length) };
    return [`  <testsuite${attributesOf(attributes)}>`, ...cases, '  </testsuite>'];
  });
  const all = attributesOf({ name: 'belay runbook test', ...counts(results, problems.length) });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${all}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function counts(results: readonly TestResult[], errors: number) {
  const failures = results.filter(({ passed }) => !passed).length;
  return { tests: results.length + errors, failures, errors };
}

function testCase(result: TestResult): string {
  const { name, file, line, passed } = result;
  const attributes = attributesOf({ classname: file, name, file, line });
  if (passed) return `    <testcase${attributes}/>`;
  const message = describeFailure(result);
  return `    <testcase${attributes}>\n      <failure${attributesOf({ message })}/>\n    </testcase>`;
}

function errorCase(file: string, name: string, message: string): string {
  const attributes = attributesOf({ classname: file, name });
  return `    <testcase${attributes}>\n      <error${attributesOf({ message })}/>\n    </testcase>`;
}

const attributesOf = (attributes: Readonly<Record<string, string | number>>): string =>
  Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escape(String(value))}"`)
    .join('');

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Characters that XML knows no spelling of are replaced: one of them would make the whole file unreadable. */
function escape(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"'\t\n\r]/g, (character) => ENTITIES[character] ?? character)
    .replace(UNSPEAKABLE, '\ufffd');
}

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const UNSPEAKABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
