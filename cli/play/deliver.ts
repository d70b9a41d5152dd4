import type { Handler, HandlerContext } from '#lib/bus/pipeline.ts';
import type { OutgoingEvent, OutgoingOf } from '#lib/events/event.ts';
import { eventId } from '#lib/events/event.ts';
import type { EventType } from '#lib/events/event-types.ts';

/** An event straight to its handler, as if the log had brought it at that time. */
export async function deliver<T extends EventType>(
  handler: Handler<T> | undefined,
  { type, data }: OutgoingOf<T>,
  now: Date,
): Promise<readonly OutgoingEvent[]> {
  if (!handler) return [];
  const id = eventId(type, data);
  return handler({ type, id, source: 'belay/cli', data }, contextAt(now));
}

function contextAt(now: Date): HandlerContext {
  const record = { topic: '', partition: 0, offset: 0, key: null, value: null, headers: {} };
  return { now, signal: new AbortController().signal, record: { ...record, timestampMs: now.getTime() } };
}

/** The data of the first event of that type. */
export function dataOf<T extends EventType>(
  events: readonly OutgoingEvent[],
  type: T,
): OutgoingOf<T>['data'] | undefined {
  return events.find((event): event is OutgoingEvent & OutgoingOf<T> => event.type === type)?.data;
}
