import { beforeEach, expect, it, vi } from 'vitest';
import { Mode, Risk } from '#gen/belay/v1/common.ts';
import { type OrderIssued, OrderPhase } from '#gen/belay/v1/decision.ts';
import { IncidentReported } from '#gen/belay/v1/incident.ts';
import { RollbackRequested } from '#gen/belay/v1/verification.ts';
import { noControls } from '#lib/control/control-state.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import { loadRunbookFiles } from '#lib/runbook/load-runbook.ts';
import { defaultPolicy } from '../../../test/support/default-policy.ts';
import { memoryGuardrails } from '../adapters/memory-guardrails.ts';
import { approvalIdOf } from '../domain/cases/approval-id.ts';
import type { SlotOutcome } from '../domain/guardrails/breaker.ts';
import type { Guardrails } from '../ports.ts';
import { readDraft, writeDraft } from './draft.ts';
import { incidentReportedHandler } from './incident-reported.ts';
import { actionIdOf } from './order-of.ts';
import { rollbackRequestedHandler } from './rollback-requested.ts';

const start = new Date('2026-03-03T03:12:00Z');
const at = (seconds: number) => new Date(start.getTime() + seconds * 1_000);
const { runbooks } = await loadRunbookFiles([
  new URL('../../../runbooks/restart-pod.yaml', import.meta.url).pathname,
]);
let guardrails: Guardrails;
let issued: OrderIssued;
let order: OutgoingEvent | undefined;
const warn = vi.fn<() => void>();
beforeEach(async () => {
  warn.mockReset();
  guardrails = memoryGuardrails();
  await guardrails.rebuild(async () => {});
  [issued, order] = await ordered();
});

async function ordered(): Promise<[OrderIssued, OutgoingEvent | undefined]> {
  const handler = incidentReportedHandler({
    guardrails,
    cases: { open: async () => {}, reopened: async () => {} },
    runbooks: () => runbooks,
    controls: () => noControls,
    targets: ['prod'],
    policy: defaultPolicy,
  });
  const data = IncidentReported.fromPartial({
    incidentId: 'inc-web',
    service: 'web',
    symptom: 'CrashLoopBackOff',
    probableCause: 'pod_crash_loop',
    confidence: 0.95,
    resource: { target: 'prod', kind: 'pod', namespace: 'production', name: 'web-1' },
    startedAt: start,
    reportedAt: start,
  });
  const told = await handler({ id: 'evt-web', data } as never, { now: start } as never);
  const [first] = told.flatMap((event) => (event.type === 'OrderIssued' ? [event.data] : []));
  if (!first) throw new Error('nothing was ordered');
  return [first, told.find(({ type }) => type === 'Order')];
}

async function asked(change: Partial<RollbackRequested> = {}, now = at(61)) {
  const handler = rollbackRequestedHandler({ guardrails, policy: defaultPolicy, logger: { warn } });
  const { actionId, decisionId, incidentId, target } = issued;
  const data = RollbackRequested.fromPartial({
    ...{ actionId, decisionId, incidentId, target },
    reason: 'cpu did not fall',
    requestedAt: at(60),
    ...change,
  });
  return handler({ data } as never, { now } as never);
}

const wire = (events: readonly OutgoingEvent[]) =>
  events.map((event) => encodeEvent(event, 'belay/decision'));
const saidIn = (events: readonly OutgoingEvent[]) =>
  events.flatMap((event) => (event.type === 'OrderIssued' ? [event.data] : []))[0];

it('what was done is ordered to be put back, behind its own order and with the same plan', async () => {
  const events = await asked();
  expect(events.map(({ type }) => type)).toEqual(['OrderIssued', 'Order']);
  for (const event of events)
    expect(event.data).toMatchObject({
      phase: OrderPhase.ROLLBACK,
      actionId: actionIdOf(issued.decisionId, 'rollback'),
      ofActionId: issued.actionId,
      plan: issued.plan,
      planDigest: issued.planDigest,
      mode: Mode.AUTO_EXECUTE,
      maxRisk: Risk.HIGH,
      issuedAt: at(60),
      actBefore: at(360),
      reason: 'cpu did not fall',
    });
  expect(wire(events)[1]?.key).toEqual(order && wire([order])[0]?.key);
  expect(saidIn(events)).toMatchObject({ trial: false, checks: [], slotLimits: undefined, approvalId: '' });
  expect(warn).not.toHaveBeenCalled();
});

it('says the same to the byte when it is asked again later, by whoever', async () => {
  const first = wire(await asked());
  expect(wire(await asked({}, at(300)))).toEqual(first);
});

it('takes nothing, and changes nothing of what is held', async () => {
  const before = await guardrails.openSlots();
  await asked();
  expect(await guardrails.openSlots()).toEqual(before);
});

it('names the approval, where people were asked before the action', async () => {
  const [slot] = await guardrails.openSlots();
  if (!slot) throw new Error('nothing is held');
  const draft = readDraft(slot.record);
  const planned = { ...issued, phase: OrderPhase.PLAN, mode: Mode.APPROVAL_REQUIRED };
  const record = writeDraft({ ...draft, issued: planned });
  guardrails = { ...guardrails, openSlots: async () => [{ ...slot, record }] };
  expect(saidIn(await asked())).toMatchObject({
    approvalId: approvalIdOf(issued.decisionId),
    mode: Mode.APPROVAL_REQUIRED,
    ofActionId: issued.actionId,
  });
});

it.each<SlotOutcome>(['succeeded', 'failed', 'none', 'unknown'])(
  'orders nothing for an action that is settled: %s',
  async (outcome) => {
    await guardrails.settle({ decisionId: issued.decisionId, outcome, at: at(50) });
    expect(await asked()).toEqual([]);
    expect(warn).toHaveBeenCalledOnce();
  },
);

it('orders nothing for what was withdrawn', async () => {
  const { decisionId } = issued;
  await guardrails.withdraw({ decisionId, unaskedSince: at(10) });
  await guardrails.settle({ decisionId, outcome: 'none', at: at(50) });
  expect(await asked()).toEqual([]);
});

it.each([
  ['of a decision that nobody knows', { decisionId: 'dec-other' }],
  ['that is not the one of its decision', { actionId: 'act-other' }],
])('orders nothing for an action %s', async (_what, change) => {
  expect(await asked(change)).toEqual([]);
  expect(warn).toHaveBeenCalledOnce();
});

it('does not order what could not begin any more', async () => {
  expect(await asked({}, at(360))).toHaveLength(2);
  expect(await asked({}, at(361))).toEqual([]);
  expect(warn).toHaveBeenCalledOnce();
});
