import { BelayError } from '#lib/errors.ts';
import type { Refusal } from '../domain/decision.ts';

/** The lock's no, in the words of both stores. */
export function lockRefusal(holder: string): Refusal {
  return {
    name: 'workload lock',
    observed: `held by ${holder}`,
    limit: 'one action a workload',
    reason: `another action (${holder}) is under way on the same workload`,
    code: 'workload_locked',
  };
}

export function notReady(): BelayError {
  return new BelayError('unavailable', 'the guardrail store is not ready: it is rebuilt from the log', {
    code: 'GUARDRAILS_NOT_READY',
    next: 'wait; nothing runs until it can show what is under way',
  });
}
