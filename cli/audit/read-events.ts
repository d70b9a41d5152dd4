import {
  QueryEventsRequest,
  type QueryEventsResponse,
  type TimelineEntry,
} from '#gen/belay/v1/audit_service.ts';

/** The most that audit gives at once. */
const MOST_ON_A_PAGE = 500;

export interface FoundEvents {
  /** Newest first. */
  readonly entries: readonly TimelineEntry[];
  /** There are others that fit, older than these. */
  readonly hasMore: boolean;
}

/** Page after page, up to as many as are wanted. */
export async function readEvents(
  query: (request: QueryEventsRequest) => Promise<QueryEventsResponse>,
  filters: Partial<QueryEventsRequest>,
  limit = Number.POSITIVE_INFINITY,
): Promise<FoundEvents> {
  const entries: TimelineEntry[] = [];
  let pageToken = '';
  do {
    const pageSize = Math.min(MOST_ON_A_PAGE, limit - entries.length);
    const page = await query(QueryEventsRequest.fromPartial({ ...filters, pageSize, pageToken }));
    entries.push(...page.entries);
    pageToken = page.nextPageToken;
  } while (pageToken !== '' && entries.length < limit);
  return { entries, hasMore: pageToken !== '' };
}
