import { describe, expect, it } from 'vitest';
import { OrderPhase } from '#gen/belay/v1/decision.ts';
import { sampleEvents } from '../../../test/support/sample-events.ts';
import type { Slot } from '../ports.ts';
import { answerOf } from './answer-of.ts';
import { writeDraft } from './draft.ts';

const [made] = sampleEvents.flatMap((event) => (event.type === 'DecisionMade' ? [event.data] : []));
const [issued] = sampleEvents.flatMap((event) => (event.type === 'OrderIssued' ? [event.data] : []));
if (!made) throw new Error('no sample');
const draft = {
  made,
  issued,
  escalate: 'page_on_call',
  incident: undefined,
  asks: undefined,
  byHand: '',
  retryUntil: undefined,
};
const record = writeDraft(draft);
const slot = (status: Slot['status'], change: Partial<Slot> = {}): Slot => ({
  status,
  record,
  checks: [],
  trial: false,
  storm: undefined,
  ...change,
});
const typesOf = (given: Slot) => answerOf(given).events.map(({ type }) => type);

describe('what is said about a decision', () => {
  it('is the decision and its order while the slot is held', () => {
    expect(typesOf(slot('held'))).toEqual(['DecisionMade', 'OrderIssued', 'Order']);
  });

  it.each(['released', 'frozen'] as const)('has no order any more once it is %s', (status) => {
    // The rest is said again: a send that was cut in two may have written the order alone.
    expect(typesOf(slot(status))).toEqual(['DecisionMade', 'OrderIssued']);
  });

  it.each(['withdrawing', 'withdrawn'] as const)('is its end, and no order, once it is %s', (status) => {
    const { events } = answerOf(slot(status));
    expect(events.map(({ type }) => type)).toEqual(['DecisionMade', 'DecisionClosed']);
    expect(events[1]?.data).toMatchObject({ escalate: 'page_on_call', closedAt: made.decidedAt });
    expect(answerOf(slot('withdrawn')).events).toEqual(events);
  });

  it('is the same about a plan once its grant is the trial of a breaker', () => {
    if (!issued) throw new Error('no sample');
    const planned = writeDraft({ ...draft, issued: { ...issued, phase: OrderPhase.PLAN, trial: false } });
    const { events } = answerOf(slot('noted', { record: planned }));
    expect(answerOf(slot('held', { record: planned, trial: true })).events).toEqual(events);
  });

  it('is nothing where the settlement came first', () => {
    expect(answerOf(slot('released', { record: '' }))).toEqual({ events: [], waits: undefined });
  });
});
