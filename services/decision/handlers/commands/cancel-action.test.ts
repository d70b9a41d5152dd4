import { describe, expect, it } from 'vitest';
import { DecisionOutcome, OrderPhase } from '#gen/belay/v1/decision.ts';
import { ManualClock } from '#lib/clock.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import { sampleEvents } from '../../../../test/support/sample-events.ts';
import type { Case } from '../../domain/cases/case.ts';
import { caseOf } from '../case-of.ts';
import { writeDraft } from '../draft.ts';
import { actionIdOf } from '../order-of.ts';
import { cancelAction } from './cancel-action.ts';
import { call, now } from './fixtures/command-world.ts';

const [made] = sampleEvents.flatMap((event) => (event.type === 'DecisionMade' ? [event.data] : []));
const [issued] = sampleEvents.flatMap((event) => (event.type === 'OrderIssued' ? [event.data] : []));
if (!made || !issued) throw new Error('no samples');
const draft = { made, issued, escalate: '', incident: undefined, asks: undefined, byHand: '' };
const record = writeDraft({ ...draft, retryUntil: undefined });
const slot = (decisionId: string) => ({ decisionId, record, takenAt: now, askedAt: now });

const waitingFor = (decisionId: string, change: Partial<Case> = {}): Case => {
  const waiting = { ...draft, made: { ...made, decisionId, incidentId: 'inc-2' }, retryUntil: undefined };
  return { ...caseOf(waiting, writeDraft(waiting), { state: 'retrying', dueAt: now }), ...change };
};

function world(retrying: readonly Case[] = []) {
  const told: OutgoingEvent[] = [];
  const sealed: OutgoingEvent[] = [];
  const noted: string[] = [];
  const said: OutgoingEvent[] = [];
  const cases = new Map(retrying.map((one) => [one.decisionId, one]));
  const give = (id: string) =>
    cancelAction({ id, reason: 'drained by hand' }, call, {
      openSlots: async () => [slot('dec-1a'), slot('dec-1b')],
      cases: () => ({
        cancelled: async (decisionId) => void noted.push(decisionId),
        findRetrying: async (prefix) =>
          [...cases.values()].filter(({ decisionId, after, state }) =>
            [decisionId, after?.decisionId, after?.actionId].some(
              (known) => state === 'retrying' && known?.startsWith(prefix),
            ),
          ),
        advance: async (decisionId, step) => {
          const { next, events } = step(cases.get(decisionId) as Case);
          cases.set(decisionId, next);
          said.push(...events);
          return next;
        },
      }),
      publish: async (events) => void told.push(...events),
      publishSealed: async (events) => void sealed.push(...events),
      clock: new ManualClock(now),
    });
  return { give, told, sealed, noted, said };
}

it('orders that the action does not begin, and history tells who wanted it', async () => {
  const { give, sealed, noted } = world();
  const actionId = actionIdOf('dec-1a', 'execute');
  expect(await give(actionId)).toMatchObject({ actionId, decisionId: issued.decisionId });
  expect(sealed.map(({ type }) => type)).toEqual(['OrderIssued', 'Order', 'CommandGiven']);
  expect(sealed[1]?.data).toMatchObject({
    phase: OrderPhase.CANCEL,
    ofActionId: actionId,
    reason: 'maria: drained by hand',
  });
  expect(noted).toEqual([issued.decisionId]);
  expect(sealed[2]?.data).toMatchObject({ result: 'ok', subject: actionId, reason: 'drained by hand' });
});

it('finds it by its decision; what is not under way, or not told apart, is refused and told', async () => {
  const { give, told, sealed } = world();
  await expect(give('dec-1b')).resolves.toMatchObject({ actionId: actionIdOf('dec-1b', 'execute') });
  await expect(give('dec-1')).rejects.toMatchObject({
    kind: 'conflict',
    code: 'ID_AMBIGUOUS',
    why: expect.stringContaining('dec-1b'),
  });
  await expect(give('act-of-yesterday')).rejects.toMatchObject({
    code: 'NO_SUCH_ACTION',
    next: expect.stringContaining('belay decision list'),
  });
  expect(told.map(({ data }) => data)).toMatchObject([
    { result: 'ID_AMBIGUOUS', subject: 'dec-1' },
    { result: 'NO_SUCH_ACTION', subject: 'act-of-yesterday' },
  ]);
  expect(sealed).toHaveLength(3);
});

describe('what waits to be tried again', () => {
  const after = { decisionId: 'dec-before', actionId: 'act-before' };

  it.each(['dec-waits', 'dec-before', 'act-before'])('is closed by %s, and is not tried', async (id) => {
    const { give, sealed, noted, said } = world([waitingFor('dec-waits', { after })]);
    expect(await give(id)).toMatchObject({
      ...{ actionId: 'act-before', decisionId: 'dec-waits', incidentId: 'inc-2' },
      ...{ target: issued.target, retryDropped: true },
    });
    expect(said.map(({ type, data }) => ({ type, ...data }))).toMatchObject([
      {
        type: 'DecisionClosed',
        outcome: DecisionOutcome.DENIED,
        reason: 'cancelled by maria: drained by hand',
        escalate: '',
      },
    ]);
    expect(noted).toEqual(['dec-waits']);
    expect(sealed.map(({ type, data }) => ({ type, ...data }))).toMatchObject([
      { type: 'CommandGiven', result: 'ok', subject: 'act-before' },
    ]);
  });

  it('is found also where a guardrail refused it and nothing was ordered', async () => {
    const { give } = world([waitingFor('dec-waits')]);
    expect(await give('dec-waits')).toMatchObject({ actionId: '', retryDropped: true });
  });

  it('is left to whoever decides it again at this moment, who finds the note', async () => {
    const { give, noted, said } = world([waitingFor('dec-waits', { isTaking: true })]);
    expect(await give('dec-waits')).toMatchObject({ retryDropped: true });
    expect([noted, said]).toEqual([['dec-waits'], []]);
  });

  it('is closed where it began to wait while its order was cancelled', async () => {
    const late = waitingFor('dec-late', { after: { ...after, decisionId: issued.decisionId } });
    const { give, sealed, said } = world([late]);
    expect(await give('dec-1a')).toMatchObject({ retryDropped: false });
    expect(sealed.map(({ type }) => type)).toEqual(['OrderIssued', 'Order', 'CommandGiven']);
    expect(said.map(({ type }) => type)).toEqual(['DecisionClosed']);
  });

  it('is refused where two are meant', async () => {
    const { give } = world([waitingFor('dec-waits-1'), waitingFor('dec-waits-2')]);
    await expect(give('dec-waits')).rejects.toMatchObject({ code: 'ID_AMBIGUOUS' });
  });
});
