import { compileCondition } from '../conditions/compile-condition.ts';
import type { VerificationCheck } from '../runbook.ts';
import { error, type Finding, type LintRule } from './lint-rule.ts';
import { isReadOnly } from '../step-facts.ts';

/** A command that exits 0 is not a fix. */
export const verificationMissing: LintRule = (runbook) => {
  if (runbook.verification.checks.length > 0 || isReadOnly(runbook)) return [];
  const message = 'nothing would tell whether it worked, add verification.checks';
  return [error(['verification'], 'verification_missing', message)];
};

export const verificationCannotFail: LintRule = ({ verification }) =>
  verification.checks.flatMap((check, index) => {
    const constant = constantOf(check);
    if (constant === undefined) return [];
    const message = constant
      ? 'this holds whatever happens, so the check cannot fail, compare after with before or with a limit'
      : 'this can never hold, so no fix would ever count, mend the comparison';
    const code = constant ? 'cannot_fail' : 'never_holds';
    return [error(['verification', 'checks', index, 'expect'], code, message)];
  });

function constantOf({ expect, metric }: VerificationCheck): boolean | undefined {
  if (expect === undefined) return undefined;
  const compiled = compileCondition(expect, metric ? 'metric' : 'outcome');
  return compiled.ok ? compiled.condition.constant : undefined;
}

/** Samples that are not there in time are missing, and a missing sample is inconclusive. */
export const verificationCannotFinish: LintRule = ({ verification }) => {
  const { checks, timeoutSeconds, stableForSeconds } = verification;
  const late = checks.flatMap(({ name, samples, intervalSeconds }, index): readonly Finding[] => {
    const needed = (samples - 1) * intervalSeconds;
    if (needed < timeoutSeconds) return [];
    const message = `the samples of ${name} take ${needed} s and there are only ${timeoutSeconds} s, lengthen verification.timeoutSeconds`;
    return [error(['verification', 'checks', index], 'cannot_finish', message)];
  });
  if (stableForSeconds < timeoutSeconds) return late;
  const message = `the checks have to hold for ${stableForSeconds} s and there are only ${timeoutSeconds} s, lengthen verification.timeoutSeconds`;
  return [...late, error(['verification', 'stableForSeconds'], 'cannot_finish', message)];
};
