import { DecisionOutcome } from '#gen/belay/v1/decision.ts';
import type { ActionSettled } from '#gen/belay/v1/verification.ts';
import type { Handler } from '#lib/bus/pipeline.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import type { Cases, Guardrails } from '../ports.ts';
import { answerOf } from './answer-of.ts';
import { readDraft, writeDraft } from './draft.ts';
import { planAgain, plansAgain } from './plan-again.ts';
import { resolutionOf, settlementOf } from './settlement-of.ts';

export interface ActionSettledOptions {
  readonly guardrails: Pick<Guardrails, 'settle' | 'recordOf'>;
  readonly cases: Pick<Cases, 'open' | 'isResolved'>;
}

/** The end of an action frees what its decision held. Only an unknown outcome keeps the workload locked. */
export function actionSettledHandler(options: ActionSettledOptions): Handler<'ActionSettled'> {
  return async ({ id, data }, { now }) => {
    await options.guardrails.settle(settlementOf(data));
    return [closed(data), ...(plansAgain(data) ? await askPeople(data, id, options, now) : [])];
  };
}

/** A person has looked: the workload is free again. */
export function actionResolvedHandler(guardrails: Pick<Guardrails, 'settle'>): Handler<'ActionResolved'> {
  return async ({ data }) => {
    await guardrails.settle(resolutionOf(data));
    return [];
  };
}

async function askPeople(
  settled: ActionSettled,
  eventId: string,
  { guardrails, cases }: ActionSettledOptions,
  now: Date,
): Promise<readonly OutgoingEvent[]> {
  const before = await guardrails.recordOf(settled.decisionId);
  if (!before || (await cases.isResolved(settled.incidentId))) return [];
  const draft = planAgain(readDraft(before), settled, eventId);
  if (!draft) return [];
  const { events, waits } = answerOf({
    status: 'noted',
    record: writeDraft(draft),
    checks: [],
    trial: false,
  });
  if (waits) await cases.open(waits, now);
  return events;
}

const closed = ({ decisionId, incidentId, actionId, reason, settledAt }: ActionSettled): OutgoingEvent =>
  outgoing('DecisionClosed', {
    decisionId,
    incidentId,
    outcome: DecisionOutcome.SETTLED,
    reason,
    escalate: '',
    actionId,
    closedAt: settledAt,
  });
