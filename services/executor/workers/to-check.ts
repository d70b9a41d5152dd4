import { type Check, CheckResult } from '#gen/belay/v1/common.ts';
import type { LiveCheck } from '../domain/observation.ts';

export function toCheck({ name, ok, observed, limit, reason }: LiveCheck): Check {
  const result = ok ? CheckResult.PASS : CheckResult.REFUSE;
  return { name, result, observed, limit, reason, code: ok ? '' : 'pre_check_failed', endsAt: undefined };
}
