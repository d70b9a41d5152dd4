import { expect, it } from 'vitest';
import { sampleEvents } from '../../../test/support/sample-events.ts';
import { Effect, SettledOutcome } from '#gen/belay/v1/verification.ts';
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

async function settle(code: string, outcome: SettledOutcome, known: { case?: string; slot?: string }) {
  const opened: Case[] = [];
  const handler = actionSettledHandler({
    guardrails: { settle: async () => {}, recordOf: async () => known.slot },
    cases: {
      open: async (one) => void opened.push(one),
      isResolved: async () => false,
      get: async () => (known.case === undefined ? undefined : ({ record: known.case } as Case)),
    },
  });
  const data = { ...settled, code, outcome, effect: Effect.NONE, reason: 'it changed' };
  const events = await handler({ id: 'evt-1', data } as never, { now: settled?.settledAt } as never);
  return { events, opened, closed: events.find(({ type }) => type === 'DecisionClosed')?.data };
}

const typesOf = (events: readonly OutgoingEvent[]) => events.map(({ type }) => type);

it('asks people anew where the target is another one by now', async () => {
  const { events, opened, closed } = await settle('plan_changed', SettledOutcome.ABORTED, { slot: record });
  expect(typesOf(events)).toEqual(['DecisionClosed', 'DecisionMade', 'OrderIssued', 'Order']);
  expect(opened).toMatchObject([{ state: 'planning', attempt: 2, asks: { approvers: ['group:oncall'] } }]);
  expect(closed).toMatchObject({ escalate: '' });
});

it('knows whom to ask from the case, where the store was rebuilt', async () => {
  const { opened } = await settle('risk_raised', SettledOutcome.ABORTED, { slot: rebuilt, case: record });
  expect(opened).toHaveLength(1);
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
