import type { ConsumerOptions } from '#lib/bus/consumer.ts';
import type { Bus } from '#lib/bus/bus.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import { traceHeaders } from '#lib/telemetry/propagation.ts';

/** For workers: resolves when the log has all of them. */
export type Publish = (events: readonly OutgoingEvent[]) => Promise<void>;

export function publisher(bus: Bus, service: string, seal?: ConsumerOptions['seal']): Publish {
  return async (events) => {
    const trace = traceHeaders();
    const records = events.map((event) => {
      const traced = { ...event, headers: { ...trace, ...event.headers } };
      const record = encodeEvent(traced, `belay/${service}`);
      return seal ? seal(event, record) : record;
    });
    await bus.publish(records);
  };
}
