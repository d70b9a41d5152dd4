import type { AnyEvent, EventOf, OutgoingEvent } from '#lib/events/event.ts';
import type { EventType } from '#lib/events/event-types.ts';
import type { BusRecord, OutgoingRecord } from './bus.ts';

/** What became of one record. `ignored` is of a type this service has no handler for. */
export type Result = 'handled' | 'ignored' | 'duplicate' | 'dead_lettered';

export interface Outcome {
  readonly result: Result;
  readonly type: string;
  readonly publish: readonly OutgoingRecord[];
  /** Runs once everything in `publish` is durable, never before. */
  readonly published?: () => void;
  /** It had to be tried again: something was away for a while, and may not be what it was. */
  readonly retried?: boolean;
}

export interface Delivery {
  readonly record: BusRecord;
  /** Aborts when the consumer stops or the partition is lost: retries give up, nothing is committed. */
  readonly signal: AbortSignal;
}

export interface HandlerContext extends Delivery {
  /** When this delivery was taken in. */
  readonly now: Date;
}

export type Handler<T extends EventType> = (
  event: EventOf<T>,
  context: HandlerContext,
) => Promise<readonly OutgoingEvent[]> | readonly OutgoingEvent[];

export type Handlers = { readonly [T in EventType]?: Handler<T> };

export type RecordStep = (delivery: Delivery) => Promise<Outcome>;
export type EventStep = (event: AnyEvent, delivery: Delivery) => Promise<Outcome>;
export type Middleware<Step> = (next: Step) => Step;

/** The first of the list is the outermost. */
export function chain<Step>(middleware: readonly Middleware<Step>[], innermost: Step): Step {
  return middleware.reduceRight((next, wrap) => wrap(next), innermost);
}

/** A delivery that was given up because the consumer stops: not an outcome, the record comes again. */
export class GivenUp extends Error {
  constructor() {
    super('given up: the consumer stops');
    this.name = 'GivenUp';
  }
}
