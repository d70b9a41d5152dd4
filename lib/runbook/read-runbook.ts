import { checkOutcome, checkPreCheck } from './check-conditions.ts';
import { checkParameter } from './check-parameters.ts';
import { type Explanation, explainIssue } from './explain-issue.ts';
import { below, type Fault } from './fault.ts';
import { nearest } from './nearest.ts';
import type { Problem } from './problem.ts';
import type { Runbook } from './runbook.ts';
import { type SpecParts, salvageSpec } from './salvage.ts';
import { KIND, runbookFile } from './schema/runbook-file.ts';
import { withoutExtensions } from './schema/without-extensions.ts';
import { toRunbook } from './to-runbook.ts';
import { toSteps } from './to-steps.ts';
import type { YamlDocument } from './yaml-documents.ts';
import type { Path } from './yaml-reader.ts';

/** More than anybody mends in one go; a file of nothing but mistakes is cut short. */
const MAX_PROBLEMS = 100;

/** One document as a runbook, or all that is wrong with it. */
export function readRunbook(
  { value, placeOf }: YamlDocument,
  file: string,
): { readonly runbook: Runbook | undefined; readonly problems: readonly Problem[] } {
  const problemAt = (path: readonly PropertyKey[], code: string, message: string): Problem => {
    return { file, ...placeOf(path as Path), path: path.join('.'), code, severity: 'error', message };
  };
  if (isOtherKind(value))
    return { runbook: undefined, problems: [problemAt(['kind'], 'other_kind', OTHER_KIND)] };
  const source = withoutExtensions(runbookFile, value);
  const parsed = runbookFile.safeParse(source);
  const parts = salvageSpec((source as { spec?: unknown } | null)?.spec);
  const { steps, faults } = toSteps(parts);
  const explained = parsed.success ? [] : explain(parsed.error.issues, source);
  const found = [...explained, ...below(['spec'], [...faults, ...checkParts(parts)])];
  const problems = shortened(found).map(({ path, code, message }) => problemAt(path, code, message));
  const isGood = parsed.success && problems.length === 0;
  return { runbook: isGood ? toRunbook(parsed.data, steps) : undefined, problems };
}

const OTHER_KIND = `expected ${KIND}, this is something else, move it to a file of its own`;

/** What was never meant to be a runbook is not taken apart as one. */
function isOtherKind(value: unknown): boolean {
  const { kind } = (value ?? {}) as { kind?: unknown };
  return typeof kind === 'string' && nearest(kind, [KIND]) === undefined;
}

function shortened(found: readonly Explanation[]): readonly Explanation[] {
  if (found.length <= MAX_PROBLEMS) return found;
  const message = `${found.length - MAX_PROBLEMS} more problems, mend the others first`;
  return [...found.slice(0, MAX_PROBLEMS), { path: [], code: 'more_problems', message }];
}

function explain(issues: Parameters<typeof explainIssue>[0][], source: unknown): readonly Explanation[] {
  return issues.slice(0, MAX_PROBLEMS).flatMap((issue) => explainIssue(issue, runbookFile, source));
}

function checkParts({ parameterNames, parameters, preChecks, outcomeChecks }: SpecParts): readonly Fault[] {
  return [
    ...parameters.flatMap(([name, parameter]) =>
      below(['parameters', name], checkParameter(name, parameter)),
    ),
    ...preChecks.flatMap(({ index, item }) => below(['preChecks', index], checkPreCheck(item))),
    ...outcomeChecks.flatMap(({ index, item }) =>
      below(['verification', 'checks', index], checkOutcome(item, parameterNames)),
    ),
  ];
}
