import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type { Logger } from '#lib/logger.ts';
import { lintRunbooks } from '#lib/runbook/lint-runbooks.ts';
import { loadRunbookFiles, type LoadResult } from '#lib/runbook/load-runbook.ts';
import { formatProblem, type Problem, sortProblems } from '#lib/runbook/problem.ts';

/**
 * All of them or none: an engine that runs with half of its runbooks is not the one that was reviewed. What the
 * linter calls an error would be found out in an incident otherwise.
 */
export async function loadStartRunbooks(
  paths: readonly string[],
  { logger, clock }: { readonly logger: Logger; readonly clock: Clock },
): Promise<LoadResult> {
  const loaded = await loadRunbookFiles(paths);
  const { runbooks, problems, places } = loaded;
  const all = sortProblems([...problems, ...lintRunbooks(runbooks, { places, now: clock.now() })]);
  const errors = all.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw invalid(errors, paths);
  for (const problem of all) logger.warn({ code: problem.code }, formatProblem(problem));
  return loaded;
}

function invalid(errors: readonly Problem[], paths: readonly string[]): BelayError {
  const message = ['the runbooks do not load', ...errors.map(formatProblem)].join('\n  ');
  return new BelayError('invalid', message, {
    code: 'RUNBOOKS_INVALID',
    field: 'runbooks',
    next: `mend the files as listed, until this finds no error: belay runbook lint ${paths.join(' ')}`,
  });
}
