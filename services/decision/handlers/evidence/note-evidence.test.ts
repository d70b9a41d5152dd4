import { expect, it } from 'vitest';
import type { Handler } from '#lib/bus/pipeline.ts';
import type { DataOf, EventType } from '#lib/events/event-types.ts';
import { sampleEvents } from '../../../../test/support/sample-events.ts';
import type { Note } from '../../domain/evidence/evidence.ts';
import { noteEvidence } from './note-evidence.ts';

const now = new Date('2026-03-03T04:00:00Z');

/** What is written down of an event that is read at that time. */
async function noted<T extends EventType>(type: T, change: Partial<DataOf<T>> = {}, readAt = now) {
  const notes: Note[] = [];
  const sample = sampleEvents.find((event) => event.type === type);
  const data = { ...sample?.data, ...change };
  const handler = noteEvidence({ note: async (note) => void notes.push(note) })[type] as Handler<T>;
  expect(await handler({ id: 'evt-1', type, data } as never, { now: readAt } as never)).toEqual([]);
  return notes;
}

it('writes down with what a decision was made, and nothing where no runbook was for it', async () => {
  const observed = { mode: 6, wouldHave: 4, code: 'observed' } as const;
  expect(await noted('DecisionMade', observed)).toMatchObject([
    { what: 'decided', runbook: 'restart-pod', version: 3, mode: 'observe', wouldHave: 'auto_execute' },
  ]);
  expect(await noted('DecisionMade', { runbook: undefined })).toEqual([]);
});

it('writes down an answer once it is one', async () => {
  expect(await noted('ApprovalAnswered')).toMatchObject([{ what: 'answered', answer: 'approved' }]);
  expect(await noted('ApprovalAnswered', { answer: 2 })).toMatchObject([{ answer: 'denied' }]);
  expect(await noted('ApprovalAnswered', { quorumReached: false })).toEqual([]);
  expect(await noted('ApprovalLapsed')).toMatchObject([{ what: 'answered', answer: 'lapsed' }]);
});

it('tells a suggestion from a question', async () => {
  expect(await noted('ApprovalRequested')).toEqual([]);
  expect(await noted('ApprovalRequested', { suggestionOnly: true })).toMatchObject([{ what: 'shown' }]);
});

it.each([
  ['verified', { outcome: 1, effect: 2 }, 'verified'],
  ['failed', { outcome: 2, effect: 2 }, 'failed'],
  ['rolled back', { outcome: 3, effect: 2 }, 'rolled_back'],
  ['inconclusive', { outcome: 4, effect: 2 }, 'inconclusive'],
  ['error', { outcome: 5, effect: 2 }, 'error'],
  ['unknown', { outcome: 6, effect: 3 }, 'unknown'],
  ['aborted before it began', { outcome: 8, effect: 1 }, 'none'],
  ['never started', { outcome: 9, effect: 1 }, 'none'],
  ['verified, and nothing was done', { outcome: 1, effect: 1 }, 'none'],
  ['refused, and yet done', { outcome: 7, effect: 2 }, 'failed'],
  ['aborted, and nobody knows', { outcome: 8, effect: 3 }, 'unknown'],
  ['an outcome of a later version', { outcome: 99, effect: 2 }, 'unknown'],
])('counts as a run what did something: %s', async (_, settled, run) => {
  expect(await noted('ActionSettled', settled as never)).toMatchObject([{ what: 'settled', run }]);
});

it("writes down a person's verdict on an unknown outcome", async () => {
  expect(await noted('ActionResolved', { resolvedAs: 1 })).toMatchObject([{ isDone: true }]);
  expect(await noted('ActionResolved', { resolvedAs: 2 })).toMatchObject([{ isDone: false }]);
});

it('writes down nothing that is older than what is kept: it has been counted', async () => {
  const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000);
  expect(await noted('ActionSettled', {}, inDays(89))).toHaveLength(1);
  expect(await noted('ActionSettled', {}, inDays(91))).toEqual([]);
});
