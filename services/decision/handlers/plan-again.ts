import { CheckResult, Mode, Risk } from '#gen/belay/v1/common.ts';
import { OrderPhase } from '#gen/belay/v1/decision.ts';
import type { ActionSettled } from '#gen/belay/v1/verification.ts';
import { SettledOutcome } from '#gen/belay/v1/verification.ts';
import { PLAN_WITHIN_MS } from '../domain/cases/next-case.ts';
import { decisionIdOf } from './decision-id.ts';
import type { Draft } from './draft.ts';
import { actionIdOf } from './order-of.ts';

/** The target is not as it was decided, or approved: people look at a new plan. */
const PLANS_AGAIN: ReadonlySet<string> = new Set(['risk_raised', 'plan_changed']);

export const plansAgain = ({ outcome, code }: ActionSettled): boolean =>
  outcome === SettledOutcome.ABORTED && PLANS_AGAIN.has(code);

/** A target that is another one each time that somebody looks is for people alone. */
const MOST_PLANS = 5;

/** A decision of its own, which follows from the settlement. Undefined where nobody could be asked any more. */
export function planAgain(
  { made, issued, asks, ...draft }: Draft,
  settled: ActionSettled,
  eventId: string,
): Draft | undefined {
  if (!issued || !asks || made.attempt >= MOST_PLANS) return undefined;
  const { incidentId, settledAt, code, reason } = settled;
  const decisionId = decisionIdOf(incidentId, eventId);
  const name = made.runbook?.name ?? 'it';
  const checks = made.checks.map((check) =>
    check.name === 'live checks'
      ? { ...check, result: CheckResult.REFUSE, observed: reason, limit: 'as it was decided', reason, code }
      : check,
  );
  return {
    ...draft,
    asks,
    made: {
      ...made,
      decisionId,
      attempt: made.attempt + 1,
      mode: Mode.APPROVAL_REQUIRED,
      code,
      summary: `${name} needs a person: ${reason}. Nothing changed.`,
      checks,
      decidedAt: settledAt,
      // Of the decision before: it counts once, and people were told.
      ...{ storm: undefined, escalate: '' },
    },
    issued: {
      ...issued,
      actionId: actionIdOf(decisionId, 'plan'),
      decisionId,
      phase: OrderPhase.PLAN,
      mode: Mode.APPROVAL_REQUIRED,
      issuedAt: settledAt,
      actBefore: new Date((settledAt as Date).getTime() + PLAN_WITHIN_MS),
      maxRisk: Risk.HIGH,
      trial: false,
    },
  };
}
