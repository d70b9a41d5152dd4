import { ActionPlanned } from '#gen/belay/v1/action.ts';
import { CheckResult, Risk } from '#gen/belay/v1/common.ts';
import { OrderPhase } from '#gen/belay/v1/decision.ts';
import type { Handler } from '#lib/bus/pipeline.ts';
import type { RiskLevel } from '#lib/runbook/runbook.ts';
import type { CaseEvent } from '../domain/cases/next-case.ts';
import type { Cases } from '../ports.ts';
import { stepOf } from './case-events.ts';
import { actionIdOf } from './order-of.ts';

/** The executor has looked: people can be asked. */
export function actionPlannedHandler(cases: Pick<Cases, 'advance'>): Handler<'ActionPlanned'> {
  return async ({ data }, { now }) => {
    const event: CaseEvent = {
      type: 'planned',
      planned: {
        hash: data.planHash,
        risk: RISKS.get(data.liveRisk) ?? 'high',
        refusal: data.checks.find(({ result }) => result !== CheckResult.PASS)?.reason ?? '',
        record: JSON.stringify(ActionPlanned.toJSON(data)),
      },
    };
    if (isOfPlan(data)) await cases.advance(data.decisionId, stepOf(event, now));
    return [];
  };
}

/** It would not, or could not. What was refused of an order to act is the verifier's to settle. */
export function planDeclinedHandler(
  cases: Pick<Cases, 'advance'>,
): Handler<'ActionRefused'> & Handler<'ActionAborted'> {
  return async ({ data }, { now }) => {
    const reason = `the executor made no plan: ${data.reason}`;
    if (data.phase === OrderPhase.PLAN && isOfPlan(data))
      await cases.advance(data.decisionId, stepOf({ type: 'not_planned', reason }, now));
    return [];
  };
}

const RISKS = new Map<Risk, RiskLevel>([
  [Risk.LOW, 'low'],
  [Risk.MEDIUM, 'medium'],
  [Risk.HIGH, 'high'],
]);

const isOfPlan = ({
  actionId,
  decisionId,
}: {
  readonly actionId: string;
  readonly decisionId: string;
}): boolean => actionId === actionIdOf(decisionId, 'plan');
