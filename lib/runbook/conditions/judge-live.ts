import type { ConditionFacts } from './bind-facts.ts';
import { compileCondition } from './compile-condition.ts';

export interface LiveAnswer {
  readonly holds: boolean;
  /** For people. Empty where it holds. */
  readonly why: string;
}

/** Whether a pre-check of a runbook holds right now. What cannot be answered is a no. */
export function judgeLive(expression: string, facts: ConditionFacts): LiveAnswer {
  const compiled = compileCondition(expression, 'live');
  if (!compiled.ok) return { holds: false, why: compiled.message };
  const judgement = compiled.condition.judge(facts);
  if (judgement.holds === true) return { holds: true, why: '' };
  return { holds: false, why: judgement.holds === false ? `${expression} is false` : judgement.why };
}
