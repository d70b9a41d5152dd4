import type { QueryEventsRequest, QueryEventsResponse, TimelineEntry } from '#gen/belay/v1/audit_service.ts';
import type { Clock } from '#lib/clock.ts';
import { readEvents } from '../audit/read-events.ts';

export interface WatchOptions {
  readonly query: (request: QueryEventsRequest) => Promise<QueryEventsResponse>;
  /** With the beginning of what was shown already, where there is one. */
  readonly filters: Partial<QueryEventsRequest>;
  /** Shown already. */
  readonly seen: readonly TimelineEntry[];
  readonly clock: Clock;
  /** Nobody reads any more. */
  readonly unread: AbortSignal;
  readonly onDecision: (entry: TimelineEntry) => Promise<void>;
}

const LOOK_EVERY_MS = 2_000;
/** What is recorded now may have been decided a while before. */
const LATE_MS = 60_000;

/** Each decision once, as it is recorded, until nobody reads any more. */
export async function watchDecisions(options: WatchOptions): Promise<void> {
  const { query, filters, clock, unread, onDecision } = options;
  const fromMs = filters.since?.getTime() ?? 0;
  let shown = new Set(options.seen.map(({ eventId }) => eventId));
  while (!unread.aborted) {
    await clock.sleep(LOOK_EVERY_MS, unread);
    if (unread.aborted) return;
    const since = new Date(Math.max(fromMs, clock.now().getTime() - LATE_MS));
    const { entries } = await readEvents(query, { ...filters, since });
    for (const entry of entries.toReversed()) if (!shown.has(entry.eventId)) await onDecision(entry);
    // What is older than this is not asked for again.
    shown = new Set([...entries, ...options.seen].map(({ eventId }) => eventId));
  }
}
