import type { AnyEvent } from '#lib/events/event.ts';
import type { BusRecord } from '../bus.ts';
import type { EventStep, Middleware } from '../pipeline.ts';

/** Lets through what the check does not throw on; the rest is set aside like everything invalid. */
export function authenticate(check: (event: AnyEvent, record: BusRecord) => void): Middleware<EventStep> {
  return (next) => async (event, delivery) => {
    check(event, delivery.record);
    return next(event, delivery);
  };
}
