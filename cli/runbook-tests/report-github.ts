import { coverageLines } from '#lib/runbook/tests/report-lines.ts';
import { describeFailure, summaryOf, type TestReport } from '#lib/runbook/tests/result.ts';
import { githubAnnotation } from '../frame/github-annotation.ts';

/** What failed and what has no test, as notes at their lines, and the sum. */
export function reportGithub(report: TestReport): readonly string[] {
  const failed = report.results.filter(({ passed }) => !passed);
  return [
    ...report.problems.map(({ file, line, column, path, message }) =>
      githubAnnotation({ level: 'error', file, line, column, title: path || 'runbook test', message }),
    ),
    ...failed.map((result) => {
      const { file, line, column, name } = result;
      const message = describeFailure(result);
      return githubAnnotation({ level: 'error', file, line, column, title: name, message });
    }),
    ...report.untested.map(({ runbook, file }) => {
      const message = `${runbook} has no test`;
      return githubAnnotation({ level: 'warning', file, line: 1, column: 1, title: 'runbook test', message });
    }),
    summaryOf(report),
    ...coverageLines(report),
  ];
}
