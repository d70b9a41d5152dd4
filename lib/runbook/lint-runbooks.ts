import {
  approvalUnused,
  lapseApproves,
  nobodyToAsk,
  quorumTooLarge,
  timeoutOutlastsApproval,
} from './lint/approval-rules.ts';
import { equalMatches, repeatedNames } from './lint/set-rules.ts';
import { constantConditions } from './lint/expression-rules.ts';
import type { Finding, LintRule } from './lint/lint-rule.ts';
import { irreversibleAutomated, personNeeded, riskTooLow, riskyAutomated } from './lint/risk-rules.ts';
import { selectsEverything } from './lint/scope-rules.ts';
import { nestedRunbooks, reviewDue, rollbackClaim, runsTooLong, unusedParameter } from './lint/step-rules.ts';
import {
  certaintyDemanded,
  fallbackActs,
  fallbackNames,
  impossibleScope,
  kindWithoutName,
  misspeltKind,
  nothingStartsIt,
  scheduledOnNothing,
} from './lint/trigger-rules.ts';
import {
  verificationCannotFail,
  verificationCannotFinish,
  verificationMissing,
} from './lint/verification-rules.ts';
import { windowNeverOpens } from './lint/window-rules.ts';
import type { LoadResult } from './load-runbook.ts';
import { type Problem, sortProblems } from './problem.ts';
import type { Runbook } from './runbook.ts';

/** Every runbook on its own. */
const rules: readonly LintRule[] = [
  riskTooLow,
  personNeeded,
  irreversibleAutomated,
  riskyAutomated,
  lapseApproves,
  nobodyToAsk,
  quorumTooLarge,
  timeoutOutlastsApproval,
  approvalUnused,
  nothingStartsIt,
  scheduledOnNothing,
  fallbackActs,
  fallbackNames,
  certaintyDemanded,
  misspeltKind,
  kindWithoutName,
  impossibleScope,
  selectsEverything,
  windowNeverOpens,
  verificationMissing,
  verificationCannotFail,
  verificationCannotFinish,
  constantConditions,
  runsTooLong,
  rollbackClaim,
  unusedParameter,
  nestedRunbooks,
  reviewDue,
];

export interface LintOptions {
  /** From the loader: where each runbook was written. */
  readonly places?: LoadResult['places'];
  /** For review dates; without it they are not looked at. */
  readonly now?: Date;
}

/** What loads and should not be run, or not like that. Pure but for the order of the files. */
export function lintRunbooks(
  runbooks: readonly Runbook[],
  { places, now }: LintOptions = {},
): readonly Problem[] {
  const context = { byName: new Map(runbooks.map((runbook) => [runbook.name, runbook])), now };
  const placed = (runbook: Runbook, { path, ...finding }: Finding): Problem => {
    const place = places?.get(runbook)?.(path) ?? { file: runbook.name, line: 1, column: 1 };
    return { ...place, path: path.join('.'), ...finding };
  };
  const alone = runbooks.flatMap((runbook) =>
    rules.flatMap((rule) => rule(runbook, context).map((finding) => placed(runbook, finding))),
  );
  const describe = (runbook: Runbook): string => {
    const place = places?.get(runbook)?.([]);
    return place ? `${runbook.name} (${place.file}:${place.line})` : runbook.name;
  };
  const together = [...repeatedNames(runbooks, describe), ...equalMatches(runbooks, describe)].map(
    ({ runbook, finding }) => placed(runbook, finding),
  );
  return sortProblems([...alone, ...together]);
}
