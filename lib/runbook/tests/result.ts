import type { Problem } from '../problem.ts';

/** What was expected of one test and did not come. */
export interface Mismatch {
  /** As `expect` spells it: mode, reasons, arguments.replace.pod. */
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
}

export interface TestResult {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Of the runbook's own name; empty where no runbook matched. */
  readonly runbook: string;
  readonly name: string;
  readonly passed: boolean;
  readonly mismatches: readonly Mismatch[];
  /** Why it came as it did, for a service owner. */
  readonly why: string;
}

/** What no test of a runbook has made refuse. */
export interface Uncovered {
  readonly runbook: string;
  readonly guardrails: readonly string[];
}

export interface TestReport {
  readonly results: readonly TestResult[];
  /** Of files that could not be played. */
  readonly problems: readonly Problem[];
  /** Empty where only some tests were played. */
  readonly uncovered: readonly Uncovered[];
  /** Runbooks that no test is about. */
  readonly untested: readonly { readonly runbook: string; readonly file: string }[];
  /** What a reader has to know to trust the results. */
  readonly notes: readonly string[];
}

/** Nothing failed, and there was something that could have. */
export function isGood({ results, problems }: TestReport): boolean {
  return problems.length === 0 && results.length > 0 && results.every(({ passed }) => passed);
}

/** `2 passed, 1 failed` */
export function summaryOf({ results, problems }: TestReport): string {
  const passed = results.filter((result) => result.passed).length;
  const counts = `${passed} passed, ${results.length - passed} failed`;
  if (problems.length > 0) return `${counts}, ${problems.length} problem(s) in files`;
  return results.length === 0 ? `${counts}: no test was found` : counts;
}

/** One line: what was expected, what came, and why. */
export function describeFailure({ mismatches, why }: TestResult): string {
  const texts = mismatches.map(({ what, expected, actual }) =>
    expected === '' ? `${what}: ${actual}` : `expected ${what} ${expected}, got ${actual}`,
  );
  return why === '' ? texts.join('; ') : `${texts.join('; ')}. ${why}`;
}
