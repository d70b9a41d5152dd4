import type { Problem } from '../problem.ts';
import { describeFailure, summaryOf, type TestReport } from './result.ts';

/** Workflow commands that GitHub shows at the line of each failing test. */
export function reportGithub(report: TestReport): readonly string[] {
  const failed = report.results.filter(({ passed }) => !passed);
  return [
    ...report.problems.map(problemCommand),
    ...failed.map((result) => command('error', result, `${result.name}: ${describeFailure(result)}`)),
    ...report.untested.map(({ runbook, file }) =>
      command('notice', { file, line: 1, column: 1 }, `${runbook} has no test`),
    ),
    summaryOf(report),
  ];
}

interface Spot {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

function problemCommand(problem: Problem): string {
  const { path, message } = problem;
  return command('error', problem, path === '' ? message : `${path}: ${message}`);
}

function command(level: 'error' | 'notice', { file, line, column }: Spot, message: string): string {
  return `::${level} file=${property(file)},line=${line},col=${column}::${data(message)}`;
}

/** A line of its own would be a command of its own. */
const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
