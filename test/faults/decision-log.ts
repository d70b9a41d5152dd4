import type { Bus, BusRecord } from '#lib/bus/bus.ts';
import { systemClock } from '#lib/clock.ts';
import type { AnyEvent } from '#lib/events/event.ts';
import type { DataOf, EventType } from '#lib/events/event-types.ts';
import { orderTopic } from '#lib/events/order-events.ts';
import { decodedOr, followOnceThere } from './thread-log.ts';

/** One record of an event. An event that was published twice is there twice. */
export interface Seen<T extends EventType = EventType> {
  readonly id: string;
  readonly data: DataOf<T>;
  readonly record: BusRecord;
}

/** Everything that was written, read beside the decision service. */
export interface DecisionLog {
  all<T extends EventType>(type: T): readonly Seen<T>[];
  /** Hands over every record of the type, those that were there before as well. */
  on<T extends EventType>(type: T, take: (seen: Seen<T>) => void): void;
  until(isSo: () => boolean, otherwise: () => string): Promise<void>;
  /** Until what is in the topics now has been seen. */
  caughtUp(): Promise<void>;
  readonly complaints: readonly string[];
}

/** Beyond the session of a killed member and the lease of a rebuild. */
const PATIENCE_MS = 180_000;

export async function followDecisions(bus: Bus, targets: readonly string[]): Promise<DecisionLog> {
  const topics = ['incident', 'decision', ...targets.map(orderTopic), 'verification', 'audit'];
  const byType = new Map<EventType, Seen[]>();
  const complaints: string[] = [];
  const takers = new Map<EventType, ((seen: Seen) => void)[]>();
  const looks = new Set<() => void>();
  const keep = (event: AnyEvent, record: BusRecord) => {
    if (event.type === 'DeadLettered') complaints.push(`dead letter: ${event.data.reason}`);
    const seen: Seen = { id: event.id, data: event.data as never, record };
    listIn(byType, event.type).push(seen);
    for (const take of listIn(takers, event.type)) take(seen);
  };
  const next = new Map<string, number>();
  const onRecords = (records: readonly BusRecord[]) => {
    for (const record of records) {
      next.set(`${record.topic}/${record.partition}`, record.offset + 1);
      const event = decodedOr(record, (problem) => complaints.push(problem));
      if (event) keep(event, record);
    }
    for (const look of [...looks]) look();
  };
  const onCrash = (error: Error) => void complaints.push(`the campaign's own reader: ${error.message}`);
  await Promise.all(topics.map((topic) => followOnceThere(bus, topic, { onRecords, onCrash })));
  return {
    all: <T extends EventType>(type: T) => listIn(byType, type),
    on: (type, take) => {
      listIn(takers, type).push(take);
      for (const seen of listIn(byType, type)) take(seen);
    },
    until: (isSo, otherwise) => untilSo(looks, isSo, otherwise),
    caughtUp: async () => {
      for (const topic of topics) {
        const ends = await bus.offsets(topic);
        const isSeen = () =>
          ends.every((end) => end.next <= (next.get(`${topic}/${end.partition}`) ?? end.earliest));
        await untilSo(looks, isSeen, () => `${topic} could not be read to its end`);
      }
    },
    complaints,
  };
}

function listIn<T>(lists: Map<EventType, T[]>, type: EventType): T[] {
  const list = lists.get(type) ?? [];
  lists.set(type, list);
  return list;
}

async function untilSo(looks: Set<() => void>, isSo: () => boolean, otherwise: () => string): Promise<void> {
  const so = Promise.withResolvers<void>();
  const look = () => {
    if (isSo()) so.resolve();
  };
  looks.add(look);
  look();
  const late = new AbortController();
  try {
    const overdue = systemClock.sleep(PATIENCE_MS, late.signal).then(() => 'late' as const);
    if ((await Promise.race([so.promise, overdue])) === 'late') throw new Error(otherwise());
  } finally {
    looks.delete(look);
    late.abort();
  }
}
