import { deriveId } from '#lib/ids.ts';
import { type DataOf, definitionOf, type EventType } from './event-types.ts';

/** An event as handlers see it, decoded and validated. */
export interface EventOf<T extends EventType> {
  readonly type: T;
  readonly id: string;
  /** CloudEvents source: belay/decision, belay/executor/prod-eu. */
  readonly source: string;
  readonly data: DataOf<T>;
}

export type AnyEvent = { [T in EventType]: EventOf<T> }[EventType];

/** What a handler wants published. Id, topic, key and headers follow from it. */
export interface OutgoingOf<T extends EventType> {
  readonly type: T;
  readonly data: DataOf<T>;
  /** Headers beyond the standard ones: an order's signature. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type OutgoingEvent = { [T in EventType]: OutgoingOf<T> }[EventType];

export function outgoing<T extends EventType>(
  type: T,
  data: DataOf<T>,
  headers?: Readonly<Record<string, string>>,
): OutgoingEvent {
  return { type, data, ...(headers && { headers }) } as OutgoingEvent;
}

export function eventId(type: EventType, data: unknown): string {
  return deriveId('evt', type, ...definitionOf(type).about(data));
}
