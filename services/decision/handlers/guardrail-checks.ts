import { CheckResult, type Check } from '#gen/belay/v1/common.ts';
import type { DecisionMade } from '#gen/belay/v1/decision.ts';
import { type GuardrailCheck, guardrailNames } from '../domain/guardrails/guardrail-check.ts';

/** What the guardrails had answered, as the log shows it. Empty where they were not asked. */
export function guardrailChecksOf({ checks }: Pick<DecisionMade, 'checks'>): GuardrailCheck[] {
  return guardrailNames.flatMap((name) => {
    const check = checks.find((candidate) => candidate.name === name);
    return check && wasReached(check) ? [{ ...check, name, result: RESULTS[check.result] }] : [];
  });
}

const RESULTS = { [CheckResult.PASS]: 'pass', [CheckResult.REFUSE]: 'refuse' } as const;

const wasReached = (check: Check): check is Check & { result: keyof typeof RESULTS } =>
  check.result in RESULTS;
