import { DecisionOutcome } from '#gen/belay/v1/decision.ts';
import { SettledOutcome } from '#gen/belay/v1/verification.ts';
import type { Handler } from '#lib/bus/pipeline.ts';
import { outgoing } from '#lib/events/event.ts';
import type { Guardrails } from '../ports.ts';

/** The end of an action frees what its decision held. Only an unknown outcome keeps the workload locked. */
export function actionSettledHandler(guardrails: Guardrails): Handler<'ActionSettled'> {
  return async ({ data }, { now }) => {
    const { decisionId, incidentId, actionId, outcome, reason, settledAt } = data;
    await guardrails.settle({ decisionId, keepLock: outcome === SettledOutcome.UNKNOWN, now });
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
  return async ({ data: { decisionId } }, { now }) => {
    await guardrails.settle({ decisionId, keepLock: false, now });
    return [];
  };
}
