import { compileCondition } from '../conditions/compile-condition.ts';
import type { ConditionFacts } from '../conditions/bind-facts.ts';

export interface MetricRule {
  /** CEL over `before` and `after`. */
  readonly expect: string;
  /** How many samples have to meet it. */
  readonly samples: number;
}

/** In the order of time. Undefined: the sample was due and did not come. */
export interface MetricSamples {
  readonly before: readonly (number | undefined)[];
  readonly after: readonly (number | undefined)[];
}

export interface MetricJudgement {
  readonly verdict: 'verified' | 'failed' | 'inconclusive';
  /** For people: 0.03 -> 0.002 (3 of 3 samples). */
  readonly observed: string;
}

/**
 * Whether a metric says that it worked. `before` is the mean of the baseline. One sample that does not meet the
 * expectation is a failure, whatever is missing; one that is missing, or cannot be judged, leaves it open.
 */
export function judgeMetric(
  { expect, samples }: MetricRule,
  { before, after }: MetricSamples,
  facts: ConditionFacts = {},
): MetricJudgement {
  const compiled = compileCondition(expect, 'metric');
  if (!compiled.ok) return { verdict: 'inconclusive', observed: compiled.message };
  const mean = meanOf(before);
  const due = Array.from({ length: samples }, (_, index) => after[index]);
  const answers = due.map((sample) =>
    sample === undefined
      ? 'unknown'
      : compiled.condition.judge({ ...facts, before: mean, after: sample }).holds,
  );
  const missing = due.findIndex((sample, index) => sample === undefined || answers[index] === 'unknown');
  const failed = answers.indexOf(false);
  if (failed >= 0)
    return { verdict: 'failed', observed: observedAt(mean, due[failed], `sample ${failed + 1}`) };
  const met = answers.filter((holds) => holds === true).length;
  const count = `${met} of ${samples} samples`;
  if (missing >= 0 || samples < 1)
    return { verdict: 'inconclusive', observed: observedAt(mean, due[missing], count) };
  return { verdict: 'verified', observed: observedAt(mean, due.at(-1), count) };
}

/** Of the samples that came. A baseline that is missing altogether is no number, and nothing holds against it. */
function meanOf(samples: readonly (number | undefined)[]): number | undefined {
  const known = samples.filter((sample) => sample !== undefined);
  if (known.length === 0) return undefined;
  return known.reduce((sum, sample) => sum + sample, 0) / known.length;
}

function observedAt(before: number | undefined, after: number | undefined, which: string): string {
  return `${before ?? 'nothing'} -> ${after ?? 'nothing'} (${which})`;
}
