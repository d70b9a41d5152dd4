import { formatProblem } from '../problem.ts';
import { describeFailure, summaryOf, type TestReport } from './result.ts';

/** For people: what failed, a line each, the summary, and what no test has looked at. */
export function reportLines(report: TestReport): readonly string[] {
  const failed = report.results.filter(({ passed }) => !passed);
  return [
    ...report.problems.map(formatProblem),
    ...failed.map((result) => {
      const { file, line, column, name } = result;
      return `${file}:${line}:${column} ${name}: ${describeFailure(result)}`;
    }),
    summaryOf(report),
    ...coverageLines(report),
    ...report.untested.map(({ runbook, file }) => `${runbook}: no test (${file})`),
  ];
}

/** What a test that passes does not show. */
export function coverageLines({ notes, uncovered }: TestReport): readonly string[] {
  return [
    ...notes.map((note) => `note: ${note}`),
    ...uncovered.map(
      ({ runbook, guardrails }) => `${runbook}: no test made refuse: ${guardrails.join(', ')}`,
    ),
  ];
}
