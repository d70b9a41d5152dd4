import { decodeEvent } from '#lib/events/decode-event.ts';
import type { EventStep, RecordStep } from '../pipeline.ts';

/** From bytes to a valid event. Throws `invalid` with the field for everything else. */
export function decode(next: EventStep): RecordStep {
  return async (delivery) => next(decodeEvent(delivery.record), delivery);
}
