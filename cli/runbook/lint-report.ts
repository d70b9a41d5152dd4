import { lintRunbooks } from '#lib/runbook/lint-runbooks.ts';
import { loadRunbookFiles } from '#lib/runbook/load-runbook.ts';
import { formatProblem, type Problem, sortProblems } from '#lib/runbook/problem.ts';
import { githubAnnotation } from '../frame/github-annotation.ts';
import type { Result } from '../frame/output.ts';

export interface LintReport {
  /** Names of those that load. */
  readonly runbooks: readonly string[];
  readonly problems: readonly Problem[];
  readonly errors: number;
  readonly warnings: number;
}

/** Everything that is wrong with the files, and with the runbooks beside one another. */
export async function examineRunbooks(paths: readonly string[], now: Date): Promise<LintReport> {
  const { runbooks, problems, places } = await loadRunbookFiles(paths);
  const all = sortProblems([...problems, ...lintRunbooks(runbooks, { places, now })]);
  const errors = all.filter(({ severity }) => severity === 'error').length;
  return {
    runbooks: runbooks.map(({ name }) => name),
    problems: all,
    errors,
    warnings: all.length - errors,
  };
}

export function lintResult({ runbooks, problems, errors, warnings }: LintReport): Result {
  return {
    kind: 'RunbookLint',
    body: { runbooks, errors, warnings, items: problems },
    names: [...new Set(problems.map(({ file }) => file))],
    table: () => ({ rows: problems.map((problem) => [formatProblem(problem)]) }),
  };
}

export function annotations({ problems }: LintReport): string {
  return problems
    .map(({ file, line, column, path, code, severity, message }) => {
      const text = path === '' ? message : `${path}: ${message}`;
      return `${githubAnnotation({ level: severity, file, line, column, title: code, message: text })}\n`;
    })
    .join('');
}

export function verdict({ runbooks, errors, warnings }: LintReport): string {
  const found = [count(errors, 'error'), count(warnings, 'warning')].filter((text) => text !== '');
  return `${count(runbooks.length, 'runbook') || 'no runbook'}: ${found.join(', ') || 'nothing found'}`;
}

const count = (number: number, noun: string): string =>
  number === 0 ? '' : `${number} ${noun}${number === 1 ? '' : 's'}`;
