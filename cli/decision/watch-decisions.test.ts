import { expect, it } from 'vitest';
import { type QueryEventsRequest, TimelineEntry } from '#gen/belay/v1/audit_service.ts';
import { ManualClock } from '#lib/clock.ts';
import { watchDecisions } from './watch-decisions.ts';

const entry = (eventId: string) => TimelineEntry.fromPartial({ eventId });

it('shows each decision once, in the order in which they were made, until nobody reads', async () => {
  const clock = new ManualClock(new Date('2026-03-03T03:12:00Z'));
  const reading = new AbortController();
  const asked: QueryEventsRequest[] = [];
  // Newest first, each time those of the last minute.
  const looks = [
    ['b', 'a'],
    ['d', 'c', 'b', 'a'],
    ['d', 'c'],
  ];
  const shown: string[] = [];
  const watching = watchDecisions({
    query: async (request) => {
      asked.push(request);
      const ids = looks[asked.length - 1] ?? [];
      if (asked.length > looks.length) reading.abort();
      return { entries: ids.map(entry), nextPageToken: '' };
    },
    filters: { service: 'web' },
    seen: [entry('a')],
    clock,
    unread: reading.signal,
    onDecision: async ({ eventId }) => void shown.push(eventId),
  });
  for (let look = 0; look < 8; look += 1) await clock.advance(2_000);
  await watching;
  expect(shown).toEqual(['b', 'c', 'd']);
  expect(new Set(asked.map(({ service }) => service))).toEqual(new Set(['web']));
});
