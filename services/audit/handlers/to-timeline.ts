import { TimelineEntry } from '#gen/belay/v1/audit_service.ts';
import type { HistoryEntry } from '../ports.ts';

/** An answer is at most twice as long, and a decision beside its timeline needs room too. */
const MOST_BYTES = 2_097_152;

/** All entries. Where they are too long together, the longest come without their data. */
export function toTimeline(entries: readonly HistoryEntry[]): TimelineEntry[] {
  const timeline = entries.map(toEntry);
  let bytes = timeline.reduce((sum, entry) => sum + bytesOf(entry), 0);
  for (const entry of timeline.toSorted((a, b) => b.dataJson.length - a.dataJson.length)) {
    if (bytes <= MOST_BYTES) break;
    bytes -= bytesOf(entry);
    entry.dataJson = '';
    bytes += bytesOf(entry);
  }
  return timeline;
}

/** As many from the beginning as fit into an answer, and one at least. */
export function fittingPage(entries: readonly HistoryEntry[]): TimelineEntry[] {
  const page: TimelineEntry[] = [];
  let bytes = 0;
  for (const entry of entries.map(toEntry)) {
    bytes += bytesOf(entry);
    if (bytes > MOST_BYTES && page.length > 0) break;
    page.push(entry);
  }
  return page;
}

function toEntry(entry: HistoryEntry): TimelineEntry {
  const { id, type, time, incidentId, decisionId, actionId } = entry;
  const { service, runbook, outcome, actor, text, dataJson } = entry;
  return {
    eventId: id,
    type,
    time,
    incidentId,
    decisionId,
    actionId,
    service,
    runbook,
    outcome,
    actor,
    text,
    dataJson,
    ended: undefined,
  };
}

const bytesOf = (entry: TimelineEntry): number => TimelineEntry.encode(entry).finish().length;
