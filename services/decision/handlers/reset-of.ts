import type { ControlSet } from '#gen/belay/v1/control.ts';
import type { BreakerReset } from '../domain/guardrails/reset-breaker.ts';

/** Every record of a breaker says when a person reset it last, so that compaction loses no reset that still counts. */
export function resetOf({ setting }: ControlSet): BreakerReset | undefined {
  if (setting?.$case !== 'breakerOpen') return undefined;
  const { runbook, resetAt } = setting.value;
  return resetAt && { runbook, at: resetAt };
}
