import { describe, expect, it } from 'vitest';
import { type QueryEventsRequest, TimelineEntry } from '#gen/belay/v1/audit_service.ts';
import { readEvents } from './read-events.ts';

/** An audit that knows so many events, and gives fewer at once where they are long. */
function auditOf(count: number, mostOnAPage = 500) {
  const asked: QueryEventsRequest[] = [];
  const query = async (request: QueryEventsRequest) => {
    asked.push(request);
    const from = Number(request.pageToken || 0);
    const to = Math.min(count, from + Math.min(request.pageSize, mostOnAPage));
    const entries = Array.from({ length: to - from }, (_, i) =>
      TimelineEntry.fromPartial({ eventId: String(from + i) }),
    );
    return { entries, nextPageToken: to < count ? String(to) : '' };
  };
  return { asked, query };
}

describe('reading events', () => {
  it('reads on until there are no more, each once, with the same filters', async () => {
    const { query, asked } = auditOf(1_234, 400);
    const { entries, hasMore } = await readEvents(query, { service: 'web' });
    expect(entries.map(({ eventId }) => Number(eventId))).toEqual([...Array(1_234).keys()]);
    expect(hasMore).toBe(false);
    expect(asked.map(({ service }) => service)).toEqual(asked.map(() => 'web'));
  });

  it('reads no more than is wanted, and says that there are more', async () => {
    const { query, asked } = auditOf(1_234);
    const { entries, hasMore } = await readEvents(query, {}, 501);
    expect({ count: entries.length, hasMore }).toEqual({ count: 501, hasMore: true });
    expect(asked.map(({ pageSize }) => pageSize)).toEqual([500, 1]);
    expect(await readEvents(auditOf(3).query, {}, 3)).toMatchObject({ hasMore: false });
  });
});
