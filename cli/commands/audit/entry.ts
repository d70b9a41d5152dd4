import type { TimelineEntry } from '#gen/belay/v1/audit_service.ts';

/** For JSON: the event as an object and not as text within text. */
export function entryBody({ dataJson, ...entry }: TimelineEntry): Record<string, unknown> {
  return { ...entry, data: JSON.parse(dataJson || '{}') as unknown };
}
