import type { DataOf, EventType } from '#lib/events/event-types.ts';
import type { RunbookName } from '../../domain/audited-event.ts';

/** What an event means to people. Ids and times are read off every event in the same way. */
export interface Description {
  /** Stable, to search by. README.md lists them. */
  readonly outcome: string;
  /** The product's voice: what happened, and that nothing changed where nothing did. */
  readonly text: string;
  readonly service?: string | undefined;
  readonly runbook?: RunbookName | undefined;
  /** Who did it, where that was not the service that says so. */
  readonly actor?: string | undefined;
  readonly incidentId?: string | undefined;
}

export type Describe<T extends EventType> = (data: DataOf<T>) => Description;

/** Orders are on topics that only their executors may read. OrderIssued tells of them. */
export type AuditedType = Exclude<EventType, 'Order'>;

export type DescribersOf<T extends AuditedType> = { readonly [K in T]: Describe<K> };
