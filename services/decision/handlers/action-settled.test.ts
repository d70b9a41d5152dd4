import { describe, expect, it } from 'vitest';
import { sampleEvents } from '../../../test/support/sample-events.ts';
import { Mode } from '#gen/belay/v1/common.ts';
import { OrderPhase } from '#gen/belay/v1/decision.ts';
import { Effect, SettledOutcome } from '#gen/belay/v1/verification.ts';
import { noControls } from '#lib/control/control-state.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import type { Case } from '../domain/cases/case.ts';
import { actionSettledHandler } from './action-settled.ts';
import { writeDraft } from './draft.ts';

const [made] = sampleEvents.flatMap((event) => (event.type === 'DecisionMade' ? [event.data] : []));
const [issued] = sampleEvents.flatMap((event) => (event.type === 'OrderIssued' ? [event.data] : []));
const [settled] = sampleEvents.flatMap((event) => (event.type === 'ActionSettled' ? [event.data] : []));
if (!made || !issued?.plan || !settled) throw new Error('no samples');

const plan = {
  ...issued.plan,
  escalation: { onGuardrailFailure: 'page_service_owner', onVerificationFailure: '' },
};
const asks = {
  approvers: ['group:oncall'],
  quorum: 1,
  timerMs: 600_000,
  onLapse: 'escalate',
  requester: undefined,
  maySilenceApprove: false,
} as const;
const draft = { made, issued: { ...issued, plan }, escalate: '', incident: undefined, asks, byHand: '' };
const record = writeDraft({ ...draft, retryUntil: undefined });
/** As a store that was rebuilt has it. */
const rebuilt = writeDraft({ ...draft, asks: undefined, retryUntil: undefined });

interface Known {
  readonly case?: string;
  readonly slot?: string;
  /** Nothing is opened any more. */
  readonly isOver?: boolean;
  readonly isCancelled?: boolean;
  /** Between the look before it is opened and the one behind. */
  readonly isCancelledMeanwhile?: boolean;
}

async function settle(code: string, outcome: SettledOutcome, known: Known, effect: Effect = Effect.NONE) {
  const opened: Case[] = [];
  const said: OutgoingEvent[] = [];
  const handler = actionSettledHandler({
    controls: () => noControls,
    guardrails: { settle: async () => undefined, recordOf: async () => known.slot },
    cases: {
      open: async (one) => void (known.isOver || opened.push(one)),
      isResolved: async () => false,
      isCancelled: async () =>
        known.isCancelled ?? (known.isCancelledMeanwhile === true && opened.length > 0),
      advance: async (_id, step) => {
        const { next, events } = step(opened[0] as Case);
        opened[0] = next;
        said.push(...events);
        return next;
      },
      get: async (id) =>
        id === settled?.decisionId && known.case !== undefined
          ? ({ record: known.case } as Case)
          : opened.find(({ decisionId }) => decisionId === id),
    },
  });
  const data = { ...settled, code, outcome, effect, reason: 'it changed' };
  const events = await handler({ id: 'evt-1', data } as never, { now: settled?.settledAt } as never);
  return { events, opened, said, closed: events.find(({ type }) => type === 'DecisionClosed')?.data };
}

const typesOf = (events: readonly OutgoingEvent[]) => events.map(({ type }) => type);

it('asks people anew where the target is another one by now', async () => {
  const { events, opened, closed } = await settle('plan_changed', SettledOutcome.ABORTED, { slot: record });
  expect(typesOf(events)).toEqual(['DecisionMade', 'OrderIssued', 'Order', 'DecisionClosed']);
  expect(opened).toMatchObject([{ state: 'planning', attempt: 2, asks: { approvers: ['group:oncall'] } }]);
  expect(closed).toMatchObject({ escalate: '' });
});

it('knows whom to ask from the case, where the store was rebuilt', async () => {
  const { opened } = await settle('risk_raised', SettledOutcome.ABORTED, { slot: rebuilt, case: record });
  expect(opened).toHaveLength(1);
});

it('says the same to people where the store was rebuilt, and the incident ended, before the repeat', async () => {
  const waiting = new Map<string, Case>();
  const records = [record, rebuilt];
  const handler = actionSettledHandler({
    controls: () => noControls,
    guardrails: { settle: async () => undefined, recordOf: async () => records[Math.min(waiting.size, 1)] },
    cases: {
      open: async (one) => void waiting.set(one.decisionId, one),
      advance: async () => undefined,
      isResolved: async () => waiting.size > 0,
      isCancelled: async () => waiting.size > 0,
      get: async (id) => waiting.get(id),
    },
  });
  const data = { ...settled, code: 'risk_raised', outcome: SettledOutcome.ABORTED, effect: Effect.NONE };
  const deliver = () => handler({ id: 'evt-1', data } as never, { now: settled.settledAt } as never);
  const first = await deliver();
  expect(typesOf(first)).toEqual(['DecisionMade', 'OrderIssued', 'Order', 'DecisionClosed']);
  expect(await deliver()).toEqual(first);
});

it.each([
  ['nobody is known to ask', 'plan_changed', { slot: rebuilt }],
  ['a live check said no', 'pre_check_failed', { slot: record }],
])('calls people where %s', async (_why, code, known) => {
  const { events, closed } = await settle(code, SettledOutcome.ABORTED, known);
  expect(typesOf(events)).toEqual(['DecisionClosed']);
  expect(closed).toMatchObject({ escalate: 'page_service_owner' });
});

it('calls nobody about what was cancelled: whoever did so knows', async () => {
  const { events, closed } = await settle('cancelled', SettledOutcome.ABORTED, { slot: record });
  expect(typesOf(events)).toEqual(['DecisionClosed']);
  expect(closed).toMatchObject({ escalate: '' });
});

it('calls nobody about what was done: that is the verifier’s to say', async () => {
  expect((await settle('', SettledOutcome.VERIFIED, { slot: record })).closed).toMatchObject({
    escalate: '',
  });
});

describe('what came to nothing because of the moment', () => {
  const until = new Date((settled.settledAt as Date).getTime() + 600_000);
  const [incident] = sampleEvents.flatMap((e) => (e.type === 'IncidentReported' ? [e.data] : []));
  const acting = { ...draft, made: { ...made, attempt: 2 }, incident, retryUntil: until };
  const slot = writeDraft(acting);

  it.each([
    ['target_busy', SettledOutcome.ABORTED],
    ['expired', SettledOutcome.REFUSED],
    ['never_started', SettledOutcome.NEVER_STARTED],
  ])('is decided again, and nobody is called: %s', async (code, outcome) => {
    const { events, opened, closed } = await settle(code, outcome, { slot });
    expect(typesOf(events)).toEqual(['DecisionMade', 'DecisionClosed']);
    expect(closed).toMatchObject({ decisionId: made.decisionId, escalate: '' });
    const dueAt = new Date((settled.settledAt as Date).getTime() + 60_000);
    const after = { decisionId: settled.decisionId, actionId: settled.actionId };
    const [waiting] = opened;
    expect(waiting).toMatchObject({ state: 'retrying', attempt: 2, dueAt, after });
    expect(waiting?.decisionId).not.toBe(made.decisionId);
  });

  it('says when it is tried again, and why, the same with every repeat', async () => {
    const { events, opened } = await settle('target_busy', SettledOutcome.ABORTED, { slot });
    const again = events.find((event) => event.type === 'DecisionMade')?.data;
    expect(again).toMatchObject({
      ...{ decisionId: opened[0]?.decisionId, mode: Mode.BLOCKED, code: 'target_busy' },
      ...{ attempt: 2, attemptsAllowed: made.attemptsAllowed, storm: undefined, escalate: '' },
      retryAt: new Date((settled.settledAt as Date).getTime() + 60_000),
    });
    expect(again?.summary).toMatch(/ was ordered and came to nothing: it changed\. Nothing changed\.$/);
    expect(again?.checks.at(-1)).toMatchObject({ name: 'action', reason: 'it changed' });
    for (const event of events) encodeEvent(event, 'belay/decision');
    const repeated = await settle('target_busy', SettledOutcome.ABORTED, { slot });
    expect(repeated.events).toEqual(events);
  });

  it('says the same of what waits where the store was rebuilt before the repeat', async () => {
    const waiting = new Map<string, Case>();
    const records = [slot, writeDraft({ ...acting, incident: undefined })];
    const handler = actionSettledHandler({
      controls: () => noControls,
      guardrails: { settle: async () => undefined, recordOf: async () => records.shift() },
      cases: {
        open: async (one) => void waiting.set(one.decisionId, one),
        advance: async () => undefined,
        isResolved: async () => false,
        isCancelled: async () => false,
        get: async (id) => waiting.get(id),
      },
    });
    const { NEVER_STARTED: outcome } = SettledOutcome;
    const data = { ...settled, code: 'never_started', outcome, effect: Effect.NONE, reason: 'silence' };
    const context = { now: settled.settledAt };
    const first = await handler({ id: 'evt-1', data } as never, context as never);
    expect(typesOf(first)).toEqual(['DecisionMade', 'DecisionClosed']);
    const again = await handler({ id: 'evt-1', data } as never, context as never);
    expect(again).toEqual(first);
  });

  it('is closed again where a person cancels it in that moment', async () => {
    const known = { slot, isCancelledMeanwhile: true };
    const { events, opened, said } = await settle('expired', SettledOutcome.ABORTED, known);
    expect(typesOf(events)).toEqual(['DecisionMade', 'DecisionClosed']);
    expect(opened[0]?.ending?.as).toBe('cancelled');
    expect(said[0]?.data).toMatchObject({ decisionId: opened[0]?.decisionId, escalate: '' });
  });

  it.each(['expired', 'never_started', 'plan_changed'])(
    'is left alone where a person had cancelled it: %s',
    async (code) => {
      const { opened, closed } = await settle(code, SettledOutcome.ABORTED, { slot, isCancelled: true });
      expect(opened).toEqual([]);
      expect(closed).toMatchObject({ escalate: '' });
    },
  );

  it.each([
    ['its attempts are spent', writeDraft({ ...acting, retryUntil: undefined })],
    ['the store was rebuilt, and does not know the report', writeDraft({ ...acting, incident: undefined })],
    ['people approved it', writeDraft({ ...acting, issued: { ...issued, plan, phase: OrderPhase.PLAN } })],
  ])('is for people where %s', async (_why, record) => {
    const { events, opened, closed } = await settle('target_busy', SettledOutcome.ABORTED, { slot: record });
    expect([typesOf(events), opened]).toEqual([['DecisionClosed'], []]);
    expect(closed).not.toMatchObject({ escalate: '' });
  });

  it('is closed, and nobody called, where the incident is over', async () => {
    const { events, closed } = await settle('expired', SettledOutcome.ABORTED, { slot, isOver: true });
    expect(typesOf(events)).toEqual(['DecisionClosed']);
    expect(closed).toMatchObject({ escalate: '' });
  });

  it('is not what was done and did not help, whatever it says', async () => {
    for (const outcome of [SettledOutcome.FAILED, SettledOutcome.INCONCLUSIVE, SettledOutcome.UNKNOWN])
      expect((await settle('expired', outcome, { slot })).opened).toEqual([]);
    const { opened } = await settle('expired', SettledOutcome.ABORTED, { slot }, Effect.UNKNOWN);
    expect(opened).toEqual([]);
  });
});
