import { DecisionOutcome } from '#gen/belay/v1/decision.ts';
import { type ActionSettled, SettledOutcome } from '#gen/belay/v1/verification.ts';
import type { Handler } from '#lib/bus/pipeline.ts';
import type { ControlState } from '#lib/control/control-state.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import type { Cases, Guardrails, Slot } from '../ports.ts';
import { answerOf } from './answer-of.ts';
import { UNWANTED } from './call-back.ts';
import { stepOf } from './case-events.ts';
import { type Draft, readDraft, writeDraft } from './draft.ts';
import { planAgain, plansAgain } from './plan-again.ts';
import { type Retry, retryIdOf, retryOf } from './retry-of.ts';
import { resolutionOf, settlementOf } from './settlement-of.ts';
import { resolutionTold, settlementTold } from './settlement-told.ts';

export interface ActionSettledOptions {
  readonly guardrails: Pick<Guardrails, 'settle' | 'recordOf'>;
  readonly controls: () => ControlState;
  readonly cases: Pick<Cases, 'open' | 'advance' | 'isResolved' | 'isCancelled' | 'get'>;
}

/** The end of an action frees what its decision held. Only an unknown outcome keeps the workload locked. */
export function actionSettledHandler(options: ActionSettledOptions): Handler<'ActionSettled'> {
  return async ({ id, data }, { now }) => {
    const breaker = await options.guardrails.settle(settlementOf(data));
    const issuedOf = async () => (await draftBefore(data.decisionId, options))?.issued;
    const told = await settlementTold(data, breaker, options.controls(), issuedOf);
    if (!NOT_DONE.has(data.outcome)) return [closed(data, ''), ...told];
    // Whoever asked for that knows, and wants nothing in its place.
    if (data.code === CANCELLED) return [closed(data, ''), ...told];
    const draft = await draftBefore(data.decisionId, options);
    const retry = (await retryBefore(data, id, options.cases)) ?? (draft && retryOf(draft, data, id));
    if (retry) {
      // Not opened: the incident is over, or a person had cancelled it before.
      const again = (await opened(retry, data, options, now)) ? [outgoing('DecisionMade', retry.made)] : [];
      return [...again, closed(data, ''), ...told];
    }
    const asked = plansAgain(data) ? await askedBefore(data, id, options.cases) : undefined;
    // It may have ended otherwise before that was heeded.
    if (!asked && (await options.cases.isCancelled(data.decisionId))) return [closed(data, ''), ...told];
    const again = asked ?? (plansAgain(data) && draft ? await askPeople(draft, data, id, options, now) : []);
    // Somebody has to hear that it was not done: who is asked anew, or who is called. What goes on is said first:
    // whoever waits for the end of the incident must at no moment see all of it closed.
    return [...again, closed(data, again.length > 0 ? '' : escalationOf(draft)), ...told];
  };
}

/** As executors say it. */
const CANCELLED = 'cancelled';

/** As it was opened: a store that was rebuilt since could not make it again. */
async function retryBefore(
  settled: ActionSettled,
  eventId: string,
  cases: ActionSettledOptions['cases'],
): Promise<Retry | undefined> {
  const waits = await cases.get(retryIdOf(settled, eventId));
  return waits?.after && { made: readDraft(waits.record).made, waits };
}

/** The same for people, whatever became of that since. */
async function askedBefore(
  settled: ActionSettled,
  eventId: string,
  cases: ActionSettledOptions['cases'],
): Promise<readonly OutgoingEvent[] | undefined> {
  const waits = await cases.get(retryIdOf(settled, eventId));
  return waits && answerOf(noted(waits.record)).events;
}

/** Whoever cancels meanwhile either finds it open, or is seen here behind that. */
async function opened(
  { waits }: Retry,
  { decisionId: before }: ActionSettled,
  { cases }: ActionSettledOptions,
  now: Date,
): Promise<boolean> {
  if (!(await cases.isCancelled(before))) {
    await cases.open(waits, now);
    const dropped = stepOf({ type: 'cancelled', reason: UNWANTED }, now);
    if (await cases.isCancelled(before)) await cases.advance(waits.decisionId, dropped);
  }
  // What was opened once is said again with every repeat, whatever became of it since.
  return (await cases.get(waits.decisionId)) !== undefined;
}

/** What went wrong behind an effect, the verifier escalates. */
const NOT_DONE: ReadonlySet<SettledOutcome> = new Set([
  SettledOutcome.REFUSED,
  SettledOutcome.ABORTED,
  SettledOutcome.NEVER_STARTED,
]);

const escalationOf = (draft: Draft | undefined): string =>
  draft?.issued?.plan?.escalation?.onGuardrailFailure ?? 'page_on_call';

/** A person has looked: the workload is free again. */
export function actionResolvedHandler(
  options: Omit<ActionSettledOptions, 'cases'> & { readonly cases: Pick<Cases, 'get'> },
): Handler<'ActionResolved'> {
  return async ({ data }) => {
    await options.guardrails.settle(resolutionOf(data));
    const issuedOf = async () => (await draftBefore(data.decisionId, options))?.issued;
    return resolutionTold(data, options.controls(), issuedOf);
  };
}

/** The case knows whom to ask also after a rebuild of the store. */
async function draftBefore(
  decisionId: string,
  { guardrails, cases }: Parameters<typeof actionResolvedHandler>[0],
): Promise<Draft | undefined> {
  const record = (await cases.get(decisionId))?.record ?? (await guardrails.recordOf(decisionId));
  return record ? readDraft(record) : undefined;
}

async function askPeople(
  before: Draft,
  settled: ActionSettled,
  eventId: string,
  { cases }: ActionSettledOptions,
  now: Date,
): Promise<readonly OutgoingEvent[]> {
  if (await cases.isResolved(settled.incidentId)) return [];
  const draft = planAgain(before, settled, eventId);
  if (!draft) return [];
  const { events, waits } = answerOf(noted(writeDraft(draft)), draft);
  if (waits) await cases.open(waits, now);
  return events;
}

/** The guardrails are asked once people have answered. */
const noted = (record: string): Slot => ({
  status: 'noted',
  record,
  checks: [],
  trial: false,
  storm: undefined,
});

const closed = (
  { decisionId, incidentId, actionId, reason, settledAt }: ActionSettled,
  escalate: string,
): OutgoingEvent =>
  outgoing('DecisionClosed', {
    decisionId,
    incidentId,
    outcome: DecisionOutcome.SETTLED,
    reason,
    escalate,
    actionId,
    closedAt: settledAt,
  });
