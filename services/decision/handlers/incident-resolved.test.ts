import { defaultPolicy } from '../../../test/support/default-policy.ts';
import { beforeEach, expect, it } from 'vitest';
import { type OrderIssued, OrderPhase } from '#gen/belay/v1/decision.ts';
import { IncidentReported } from '#gen/belay/v1/incident.ts';
import { ActionSettled, Effect, SettledOutcome } from '#gen/belay/v1/verification.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import { noControls } from '#lib/control/control-state.ts';
import { loadRunbookFiles } from '#lib/runbook/load-runbook.ts';
import { memoryGuardrails } from '../adapters/memory-guardrails.ts';
import type { Case } from '../domain/cases/case.ts';
import type { Guardrails } from '../ports.ts';
import { actionSettledHandler } from './action-settled.ts';
import { readDraft, writeDraft } from './draft.ts';
import { incidentReportedHandler } from './incident-reported.ts';
import { incidentResolvedHandler } from './incident-resolved.ts';

const start = new Date('2026-03-03T03:12:00Z');
const at = (seconds: number) => new Date(start.getTime() + seconds * 1_000);
const { runbooks } = await loadRunbookFiles([
  new URL('../../../runbooks/restart-pod.yaml', import.meta.url).pathname,
]);
let guardrails: Guardrails;
let notes: Set<string>;
beforeEach(async () => {
  notes = new Set();
  guardrails = memoryGuardrails();
  await guardrails.rebuild(async () => {});
});

async function ordered(name: string, reportedAt = start): Promise<OrderIssued> {
  const handler = incidentReportedHandler({
    guardrails,
    cases: { open: async () => {}, reopened: async () => {} },
    runbooks: () => runbooks,
    controls: () => noControls,
    targets: ['prod'],
    policy: defaultPolicy,
  });
  const data = IncidentReported.fromPartial({
    incidentId: `inc-${name}`,
    service: name,
    symptom: 'CrashLoopBackOff',
    probableCause: 'pod_crash_loop',
    confidence: 0.95,
    resource: { target: 'prod', kind: 'pod', namespace: 'production', name: `${name}-1` },
    startedAt: start,
    reportedAt,
  });
  const told = await handler({ id: `evt-${name}`, data } as never, { now: reportedAt } as never);
  const [issued] = told.flatMap((event) => (event.type === 'OrderIssued' ? [event.data] : []));
  if (!issued) throw new Error('nothing was ordered');
  return issued;
}

async function resolved(name: string, seconds: number, resolvedAt = at(seconds)) {
  const cases = { resolved: async () => {}, cancelled: async (id: string) => void notes.add(id) };
  const handler = incidentResolvedHandler({ guardrails, cases, actWithinMs: defaultPolicy.actWithinMs });
  const data = { incidentId: `inc-${name}`, resolvedAt };
  return handler({ data } as never, { now: at(seconds) } as never);
}

const orderIn = (events: readonly OutgoingEvent[]) =>
  events.flatMap((event) => (event.type === 'Order' ? [event.data] : []))[0];

it('what was ordered for it is called back, where its order is and with an id of its own', async () => {
  const issued = await ordered('web');
  await ordered('cart');
  const events = await resolved('web', 10);
  expect(events.map(({ type }) => type)).toEqual(['OrderIssued', 'Order']);
  const cancel = orderIn(events);
  expect(cancel).toMatchObject({ phase: OrderPhase.CANCEL, ofActionId: issued.actionId, target: 'prod' });
  expect(cancel?.actionId).not.toBe(issued.actionId);
  for (const event of events) expect(() => encodeEvent(event, 'belay/decision')).not.toThrow();
});

it('says the same when it is told again, and nothing once the action is over', async () => {
  const { decisionId } = await ordered('web');
  expect(orderIn(await resolved('web', 10))?.actionId).toBe(orderIn(await resolved('web', 20))?.actionId);
  await guardrails.settle({ decisionId, outcome: 'succeeded', at: at(30) });
  expect(await resolved('web', 40)).toEqual([]);
});

it('says nothing about what has begun by now, or never will', async () => {
  await ordered('web');
  expect(await resolved('web', 300)).toHaveLength(2);
  expect(await resolved('web', 301)).toEqual([]);
});

it('calls nothing back that was reported after it, in the next episode', async () => {
  await ordered('web', at(60));
  expect(await resolved('web', 90, at(30))).toEqual([]);
});

it('knows what is under way also from a store that was filled from the log', async () => {
  const issued = await ordered('web');
  const [slot] = await guardrails.openSlots();
  if (!slot) throw new Error('nothing is held');
  const record = writeDraft({ ...readDraft(slot.record), incident: undefined });
  guardrails = { ...guardrails, openSlots: async () => [{ ...slot, record }] };
  expect(orderIn(await resolved('web', 10))?.ofActionId).toBe(issued.actionId);
  expect(await resolved('web', 10, at(-1))).toEqual([]);
});

/** It has been reported again by then: nothing says any more that it was over. */
async function neverStarted({ decisionId, incidentId, actionId }: OrderIssued, seconds: number) {
  const opened: Case[] = [];
  const handler = actionSettledHandler({
    guardrails,
    controls: () => noControls,
    cases: {
      open: async (one) => void opened.push(one),
      advance: async () => undefined,
      isResolved: async () => false,
      isCancelled: async (id) => notes.has(id),
      get: async () => opened[0],
    },
  });
  const said = { outcome: SettledOutcome.NEVER_STARTED, effect: Effect.NONE, code: 'never_started' };
  const data = ActionSettled.fromPartial({
    ...{ decisionId, incidentId, actionId, settledAt: at(seconds) },
    ...said,
  });
  return handler({ id: 'evt-settled', data } as never, { now: at(seconds) } as never);
}

it.each([10, 310])(
  'what was ordered for it is not tried again in the next episode, which has a decision of its own: %i s',
  async (seconds) => {
    const issued = await ordered('web');
    await resolved('web', seconds);
    const events = await neverStarted(issued, 315);
    expect(events.map(({ type }) => type)).toEqual(['DecisionClosed']);
    expect(events[0]?.data).toMatchObject({ escalate: '' });
  },
);
