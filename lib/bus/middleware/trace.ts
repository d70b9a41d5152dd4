import type { AnyEvent } from '#lib/events/event.ts';
import type { BusRecord } from '../bus.ts';
import type { EventStep, Middleware } from '../pipeline.ts';

/** What tracing has to offer here; telemetry implements it. */
export interface ConsumerTrace {
  /** Runs within a span that continues the producer's trace. */
  run<T>(event: AnyEvent, record: BusRecord, run: () => Promise<T>): Promise<T>;
  /** The trace headers of the span that runs now; empty without one. */
  headers(): Readonly<Record<string, string>>;
}

export function trace(tracing: ConsumerTrace): Middleware<EventStep> {
  return (next) => (event, delivery) => tracing.run(event, delivery.record, () => next(event, delivery));
}
