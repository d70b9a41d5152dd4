import type { ArgumentValue, RiskLevel, Step } from '../runbook.ts';
import type { Mismatch } from './result.ts';
import type { Expectation } from './test-file.ts';

/** What came of a test. Where something could not be told, why not: it is never taken for a yes. */
export interface Played {
  readonly mode: string;
  readonly risk: RiskLevel;
  readonly reasons: readonly string[];
  readonly steps: Told<readonly Pick<Step, 'id' | 'action' | 'with'>[]>;
  /** Why there can be no plan; empty where there can. */
  readonly noPlan: string;
  readonly outcome: Told<string>;
}

export type Told<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly why: string };

export const told = <T>(value: T): Told<T> => ({ known: true, value });
export const untold = (why: string): { readonly known: false; readonly why: string } => ({
  known: false,
  why,
});

/** Everything that was expected and did not come. What is not named is not compared. */
export function compare(expected: Expectation, played: Played): readonly Mismatch[] {
  const { mode, reasons, reasonsInclude, plan, risk, noPlan, outcome } = expected;
  return [
    ...(mode === undefined ? [] : compareTexts('mode', mode, played.mode)),
    ...(risk === undefined ? [] : compareTexts('risk', risk, played.risk)),
    ...(reasons === undefined ? [] : compareSets(reasons, played.reasons)),
    ...(reasonsInclude === undefined ? [] : compareSubset(reasonsInclude, played.reasons)),
    ...(plan === undefined ? [] : comparePlan(plan, played.steps)),
    ...(noPlan === undefined ? [] : compareNoPlan(noPlan, played.noPlan)),
    ...compareArguments(expected.arguments ?? {}, played.steps),
    ...(outcome === undefined ? [] : compareOutcome(outcome, played.outcome)),
  ];
}

function compareTexts(what: string, expected: string, actual: string): readonly Mismatch[] {
  return expected === actual ? [] : [{ what, expected, actual }];
}

const sorted = (texts: readonly string[]): string => [...new Set(texts)].toSorted().join(', ') || 'none';

function compareSets(expected: readonly string[], actual: readonly string[]): readonly Mismatch[] {
  return compareTexts('reasons', sorted(expected), sorted(actual));
}

function compareSubset(expected: readonly string[], actual: readonly string[]): readonly Mismatch[] {
  const isMissing = expected.some((reason) => !actual.includes(reason));
  return isMissing ? [{ what: 'reasonsInclude', expected: sorted(expected), actual: sorted(actual) }] : [];
}

const ordered = (texts: readonly string[]): string => texts.join(', ') || 'nothing';

function comparePlan(expected: readonly string[], steps: Played['steps']): readonly Mismatch[] {
  if (!steps.known) return [{ what: 'plan', expected: ordered(expected), actual: `none: ${steps.why}` }];
  return compareTexts('plan', ordered(expected), ordered(steps.value.map(({ action }) => action)));
}

function compareNoPlan(expected: string, actual: string): readonly Mismatch[] {
  return actual.includes(expected) ? [] : [{ what: 'noPlan', expected, actual: actual || 'a plan' }];
}

function compareArguments(
  expected: NonNullable<Expectation['arguments']>,
  steps: Played['steps'],
): readonly Mismatch[] {
  return Object.entries(expected).flatMap(([id, values]) => {
    const step = steps.known ? steps.value.find((one) => one.id === id) : undefined;
    return Object.entries(values).flatMap(([name, value]) => {
      const given = step && Object.hasOwn(step.with, name) ? step.with[name] : undefined;
      return compareTexts(`arguments.${id}.${name}`, shown(value), shown(given));
    });
  });
}

/** As the file would spell it: 1 is not "1". */
const shown = (value: ArgumentValue | undefined): string =>
  value === undefined ? 'nothing' : JSON.stringify(value);

function compareOutcome(expected: string, outcome: Played['outcome']): readonly Mismatch[] {
  if (outcome.known) return compareTexts('outcome', expected, outcome.value);
  return [{ what: 'outcome', expected, actual: `none: ${outcome.why}` }];
}
