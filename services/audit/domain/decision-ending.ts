import { WORST_FIRST } from './incident-outcome.ts';
import { spoken } from './wording.ts';

/** An event of one decision, as far as it tells how that ended. */
export interface EndingFact {
  readonly type: string;
  readonly outcome: string;
  readonly code: string;
  readonly reason: string;
}

/** How a decision ended, in the words that people are shown. */
export interface DecisionEnding {
  readonly outcome: string;
  /** Why the executor would not do it. Empty elsewhere. */
  readonly code: string;
  readonly reason: string;
}

export const ENDING_TYPES = [
  'ActionRefused',
  'ActionAborted',
  'ActionSettled',
  'ActionResolved',
  'ApprovalRequested',
  'ApprovalAnswered',
  'DecisionClosed',
] as const;

/** `facts` stand in the order of the timeline. What was done says more than that the decision is closed. */
export function decisionEnding(facts: readonly EndingFact[]): DecisionEnding {
  return settledEnding(facts) ?? closedEnding(facts) ?? openEnding(facts);
}

/** Of several actions, a rollback beside the fix, the worst. */
function settledEnding(facts: readonly EndingFact[]): DecisionEnding | undefined {
  const settled = facts.filter(({ type }) => type === 'ActionSettled');
  const worst = WORST_FIRST.find((word) => settled.some(({ outcome }) => outcome === word));
  const fact = settled.find(({ outcome }) => outcome === worst);
  if (!fact) return undefined;
  const verdict = facts.findLast(({ type }) => type === 'ActionResolved');
  if (worst === 'unknown' && verdict) return endingOf(VERDICTS[verdict.outcome] ?? 'unknown', verdict);
  return endingOf(worst === 'success' ? 'verified' : spoken(fact.outcome), fact, codeOf(fact));
}

/** What is no refusal has its outcome as its code. */
const codeOf = ({ outcome, code }: EndingFact): string =>
  outcome === 'aborted' || outcome === 'refused' ? code : '';

const VERDICTS: Readonly<Record<string, string>> = {
  resolved_done: 'settled as done',
  resolved_not_done: 'settled as not done',
};

function closedEnding(facts: readonly EndingFact[]): DecisionEnding | undefined {
  const closed = facts.findLast(({ type }) => type === 'DecisionClosed');
  if (!closed) return undefined;
  const word = CLOSED[closed.outcome] ?? spoken(closed.outcome);
  if (!BY_EXECUTOR.has(word)) return endingOf(word, closed);
  const declined = facts.findLast(({ type }) => type === 'ActionRefused' || type === 'ActionAborted');
  return endingOf(word, closed, declined?.code);
}

const BY_EXECUTOR: ReadonlySet<string> = new Set(['blocked', 'not ordered']);

/** A fix that did not help has failed as well. */
const CLOSED: Readonly<Record<string, string>> = { failed: 'not ordered' };

function openEnding(facts: readonly EndingFact[]): DecisionEnding {
  const approval = facts.findLast(({ type }) => type.startsWith('Approval'));
  const waits = approval?.outcome === 'waiting' || approval?.outcome === 'approved_in_part';
  return { outcome: waits ? 'waits for approval' : 'in progress', code: '', reason: '' };
}

const endingOf = (outcome: string, { reason }: EndingFact, code = ''): DecisionEnding => ({
  outcome,
  code,
  reason,
});
