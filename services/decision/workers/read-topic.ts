import type { Bus, BusRecord } from '#lib/bus/bus.ts';
import { BelayError } from '#lib/errors.ts';
import { decodeEvent } from '#lib/events/decode-event.ts';
import type { AnyEvent } from '#lib/events/event.ts';
import { type EventType, eventTypeOf } from '#lib/events/event-types.ts';

export interface Reading {
  readonly since: Date;
  /** All of them, unless some are named: what is not wanted is not decoded. */
  readonly types?: readonly EventType[];
}

/** Everything that a topic held when it was asked. */
export async function readTopic(
  bus: Bus,
  topic: string,
  { since, types }: Reading,
  onEvent: (event: AnyEvent, record: BusRecord) => void,
): Promise<void> {
  const crashed = Promise.withResolvers<never>();
  const following = await bus.follow({
    topic,
    from: { timeMs: since.getTime() },
    onRecords: (records) => {
      for (const record of records) {
        const event = isWanted(record, types) ? decodeOrSkip(record) : undefined;
        if (event) onEvent(event, record);
      }
    },
    onCrash: (error) => crashed.reject(error),
  });
  try {
    await Promise.race([following.caughtUp, crashed.promise]);
  } finally {
    await following.stop();
  }
}

/** By what its header says: whatever says otherwise inside is not decoded either. */
function isWanted({ headers }: BusRecord, types: readonly EventType[] | undefined): boolean {
  const type = eventTypeOf(headers['ce_type']?.toString('latin1') ?? '');
  return types === undefined || (type !== undefined && types.includes(type));
}

/** What cannot be read was set aside by the group that handles it. */
function decodeOrSkip(record: BusRecord): AnyEvent | undefined {
  try {
    return decodeEvent(record);
  } catch (error) {
    if (error instanceof BelayError) return undefined;
    throw error;
  }
}
