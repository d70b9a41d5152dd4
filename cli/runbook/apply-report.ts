import { AppliedAs, type ApplyRunbooksResponse, type RunbookProblem } from '#gen/belay/v1/runbook_service.ts';
import { formatProblem } from '#lib/runbook/problem.ts';
import type { Result } from '../frame/output.ts';
import { refText, statusWord } from './registry-words.ts';

export function applyResult({ runbooks, problems }: ApplyRunbooksResponse, dryRun: boolean): Result {
  const items = runbooks.map(({ file, ref, appliedAs, status }) => ({
    file,
    runbook: refText(ref),
    digest: ref?.digest,
    appliedAs: WORDS.get(appliedAs) ?? '',
    status: statusWord(status),
  }));
  return {
    kind: 'AppliedRunbooks',
    body: { dryRun, items, problems },
    names: items.map(({ runbook }) => runbook),
    table: () => ({
      header: ['FILE', 'RUNBOOK', 'IS', 'STATUS'],
      rows: items.map(({ file, runbook, appliedAs, status }) => [file, runbook, appliedAs, status]),
    }),
  };
}

const WORDS = new Map<AppliedAs, string>([
  [AppliedAs.NEW, 'new'],
  [AppliedAs.UNCHANGED, 'unchanged'],
  [AppliedAs.RESTORED, 'restored'],
]);

export function applyVerdict({ runbooks, problems }: ApplyRunbooksResponse, dryRun: boolean): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) return `Nothing was applied: ${errors} ${errors === 1 ? 'error' : 'errors'}.`;
  const moved = runbooks.filter(({ appliedAs }) => appliedAs !== AppliedAs.UNCHANGED);
  const [first] = moved;
  const count = `${moved.length} of ${runbooks.length} ${dryRun ? 'would be' : ''}`.trim();
  if (!first) return 'All of it is registered already.';
  if (dryRun) return `${count} registered as drafts.`;
  return `${count} registered as drafts. To have one run: belay runbook activate ${refText(first.ref)} --mode observe --reason ...`;
}

/** As `belay runbook lint` says it. */
export const problemLine = (problem: RunbookProblem): string =>
  formatProblem({ ...problem, severity: problem.severity === 'warning' ? 'warning' : 'error' });
