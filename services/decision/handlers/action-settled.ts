import { DecisionOutcome } from '#gen/belay/v1/decision.ts';
import type { Handler } from '#lib/bus/pipeline.ts';
import { outgoing } from '#lib/events/event.ts';
import type { Guardrails } from '../ports.ts';
import { resolutionOf, settlementOf } from './settlement-of.ts';

/** The end of an action frees what its decision held. Only an unknown outcome keeps the workload locked. */
export function actionSettledHandler(guardrails: Guardrails): Handler<'ActionSettled'> {
  return async ({ data }) => {
    const { decisionId, incidentId, actionId, reason, settledAt } = data;
    await guardrails.settle(settlementOf(data));
    return [
      outgoing('DecisionClosed', {
        decisionId,
        incidentId,
        outcome: DecisionOutcome.SETTLED,
        reason,
        escalate: '',
        actionId,
        closedAt: settledAt,
      }),
    ];
  };
}

/** A person has looked: the workload is free again. */
export function actionResolvedHandler(guardrails: Guardrails): Handler<'ActionResolved'> {
  return async ({ data }) => {
    await guardrails.settle(resolutionOf(data));
    return [];
  };
}
