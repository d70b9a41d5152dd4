import { explainIssue } from './explain-issue.ts';
import type { Problem } from './problem.ts';
import type { Runbook } from './runbook.ts';
import { runbookFile } from './schema/runbook-file.ts';
import { withoutExtensions } from './schema/without-extensions.ts';
import { toRunbook } from './to-runbook.ts';
import { toSteps } from './to-steps.ts';
import type { Path, YamlDocument } from './yaml-documents.ts';

/** One document as a runbook, or all that is wrong with it. */
export function readRunbook(
  { value, placeOf }: YamlDocument,
  file: string,
): { readonly runbook: Runbook | undefined; readonly problems: readonly Problem[] } {
  const problemAt = (path: Path, code: string, message: string): Problem => {
    return { file, ...placeOf(path), path: path.join('.'), code, severity: 'error', message };
  };
  const source = withoutExtensions(runbookFile, value);
  const parsed = runbookFile.safeParse(source);
  if (!parsed.success) {
    const found = parsed.error.issues.flatMap((issue) => explainIssue(issue, runbookFile, source));
    const problems = found.map(({ path, code, message }) => problemAt(path as Path, code, message));
    return { runbook: undefined, problems };
  }
  const { steps, faults } = toSteps(parsed.data.spec);
  const problems = faults.map(({ path, code, message }) => problemAt(['spec', ...path], code, message));
  return { runbook: problems.length === 0 ? toRunbook(parsed.data, steps) : undefined, problems };
}
