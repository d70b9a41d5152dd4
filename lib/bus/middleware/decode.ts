import { decodeEvent, typeOfRecord } from '#lib/events/decode-event.ts';
import type { EventType } from '#lib/events/event-types.ts';
import type { EventStep, RecordStep } from '../pipeline.ts';

/**
 * From bytes to a valid event. Throws `invalid` with the field for everything else. What nobody here handles is not
 * read: whether it is as it must be is for those who do.
 */
export function decode(next: EventStep, handles: (type: EventType) => boolean): RecordStep {
  return async (delivery) => {
    const type = typeOfRecord(delivery.record);
    if (type && !handles(type)) return { result: 'ignored', type, publish: [] };
    return next(decodeEvent(delivery.record), delivery);
  };
}
