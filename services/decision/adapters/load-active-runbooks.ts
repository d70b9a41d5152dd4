import { BelayError } from '#lib/errors.ts';
import type { Logger } from '#lib/logger.ts';
import { loadRunbookFiles } from '#lib/runbook/load-runbook.ts';
import { formatProblem } from '#lib/runbook/problem.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';

/** All of them or none: an engine that runs with half of its runbooks is not the one that was reviewed. */
export async function loadActiveRunbooks(
  paths: readonly string[],
  logger: Logger,
): Promise<readonly Runbook[]> {
  const { runbooks, problems } = await loadRunbookFiles(paths);
  if (problems.length > 0) {
    throw new BelayError(
      'invalid',
      ['the runbooks do not load', ...problems.map(formatProblem)].join('\n  '),
      {
        code: 'RUNBOOKS_INVALID',
        field: 'runbooks',
        next: 'mend the files as listed, and start again',
      },
    );
  }
  logger.info({ runbooks: runbooks.map((runbook) => runbook.name) }, 'runbooks loaded');
  return runbooks;
}
