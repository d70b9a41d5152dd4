import { BelayError } from '#lib/errors.ts';
import { lintRunbooks } from '#lib/runbook/lint-runbooks.ts';
import { formatProblem } from '#lib/runbook/problem.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { printable } from '../frame/printable.ts';
import type { Session } from '../frame/session.ts';
import { loadedRunbooks } from './find-runbooks.ts';

/** What decision would start with: no runbook that does not load, and none that the linter calls wrong. */
export async function lintedRunbooks(
  paths: readonly string[],
  now: Date,
  { say }: Session,
): Promise<readonly Runbook[]> {
  const { runbooks, places } = await loadedRunbooks(paths);
  const problems = lintRunbooks(runbooks, { places, now });
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0)
    throw new BelayError('invalid', 'decision would not start with these runbooks', {
      code: 'RUNBOOKS_INVALID',
      why: errors.map(formatProblem).join('\n'),
      next: 'mend the files as listed; belay runbook lint says the same',
    });
  for (const problem of problems) say(printable(formatProblem(problem)));
  return runbooks;
}
