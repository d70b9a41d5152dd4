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
  const nothing = runbooks.length + problems.length === 0 ? paths.map(empty) : [];
  const all = sortProblems([...problems, ...nothing, ...lintRunbooks(runbooks, { places, now })]);
  const errors = all.filter(({ severity }) => severity === 'error').length;
  return {
    runbooks: runbooks.map(({ name }) => name),
    problems: all,
    errors,
    warnings: all.length - errors,
  };
}

/** A typing error in CI must not look like a clean set. */
function empty(file: string): Problem {
  const message = 'no runbook file (.yaml, .yml) is below this folder, check the path';
  return { file, line: 1, column: 1, path: '', code: 'no_runbooks', severity: 'error', message };
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
