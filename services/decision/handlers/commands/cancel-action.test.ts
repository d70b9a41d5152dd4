import { expect, it } from 'vitest';
import { OrderPhase } from '#gen/belay/v1/decision.ts';
import { ManualClock } from '#lib/clock.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import { sampleEvents } from '../../../../test/support/sample-events.ts';
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

function world() {
  const told: OutgoingEvent[] = [];
  const sealed: OutgoingEvent[] = [];
  const noted: string[] = [];
  const give = (id: string) =>
    cancelAction({ id, reason: 'drained by hand' }, call, {
      openSlots: async () => [slot('dec-1a'), slot('dec-1b')],
      noteCancelled: async (decisionId) => void noted.push(decisionId),
      publish: async (events) => void told.push(...events),
      publishSealed: async (events) => void sealed.push(...events),
      clock: new ManualClock(now),
    });
  return { give, told, sealed, noted };
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
  await expect(give('dec-1')).rejects.toMatchObject({ code: 'AMBIGUOUS_ID' });
  await expect(give('act-of-yesterday')).rejects.toMatchObject({ code: 'NO_SUCH_ACTION' });
  expect(told.map(({ data }) => data)).toMatchObject([
    { result: 'AMBIGUOUS_ID', subject: 'dec-1' },
    { result: 'NO_SUCH_ACTION', subject: 'act-of-yesterday' },
  ]);
  expect(sealed).toHaveLength(3);
});
