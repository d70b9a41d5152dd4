import { CheckResult } from '#gen/belay/v1/common.ts';
import type { DecisionMade } from '#gen/belay/v1/decision.ts';
import { CONTROL_CODES } from '../../services/decision/domain/control-checks.ts';

/** People or the engine had stopped it, whatever the runbook says. */
export const isStopped = ({ checks }: DecisionMade): boolean =>
  checks.some(({ code, result }) => CONTROL_CODES.has(code) && result === CheckResult.REFUSE);
