import type { Clock } from '#lib/clock.ts';
import type { AnyEvent, OutgoingEvent } from '#lib/events/event.ts';
import type { OutgoingRecord } from '../bus.ts';
import type { EventStep, HandlerContext, Handlers } from '../pipeline.ts';

interface RouteOptions {
  readonly handlers: Handlers;
  readonly encode: (event: OutgoingEvent) => OutgoingRecord;
  readonly clock: Clock;
  /** Headers that tie what is published to what is being handled. */
  readonly traceHeaders: () => Readonly<Record<string, string>>;
}

/** To the handler of the event's type. */
export function route(options: RouteOptions): EventStep {
  return async (event, delivery) => {
    const handler = options.handlers[event.type] as AnyHandler | undefined;
    if (!handler) return { result: 'ignored', type: event.type, publish: [] };
    const outgoing = await handler(event, { ...delivery, now: options.clock.now() });
    if (outgoing.length === 0) return { result: 'handled', type: event.type, publish: [] };
    const trace = options.traceHeaders();
    const publish = outgoing.map((e) => options.encode({ ...e, headers: { ...trace, ...e.headers } }));
    return { result: 'handled', type: event.type, publish };
  };
}

type AnyHandler = (
  event: AnyEvent,
  context: HandlerContext,
) => Promise<readonly OutgoingEvent[]> | readonly OutgoingEvent[];
