import type { Bus, BusRecord } from '#lib/bus/bus.ts';
import { systemClock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import { decodeEvent } from '#lib/events/decode-event.ts';
import type { AnyEvent, EventOf } from '#lib/events/event.ts';
import type { EventType } from '#lib/events/event-types.ts';
import { orderTopic } from '#lib/events/order-events.ts';

export interface Entry {
  readonly event: AnyEvent;
  readonly record: BusRecord;
}

/** What was written to the topics of the thread, read beside Belay; every record, however often it comes. */
export interface ThreadLog {
  /** Of one service's incidents, in the order in which they were seen. */
  of(app: string): readonly Entry[];
  all<T extends EventType>(app: string, type: T): EventOf<T>[];
  /** Resolves the moment the service's first event of that type is seen. */
  seen(app: string, type: EventType): Promise<void>;
  readonly complaints: readonly string[];
}

export async function followThread(bus: Bus, target: string): Promise<ThreadLog> {
  const topics = ['incident', 'decision', orderTopic(target), 'action', 'verification', 'audit'];
  const entries = new Map<string, Entry[]>();
  const incidents = new Map<string, Set<string>>();
  const complaints: string[] = [];
  const waiting = new Set<() => void>();

  const take = (record: BusRecord) => {
    const event = decodedOr(record, (problem) => complaints.push(problem));
    if (!event) return;
    if (event.type === 'DeadLettered')
      complaints.push(`dead letter: ${event.data.topic} ${event.data.reason}`);
    if (!('incidentId' in event.data)) return;
    const { incidentId } = event.data;
    entries.set(incidentId, [...(entries.get(incidentId) ?? []), { event, record }]);
    if (event.type === 'IncidentReported') {
      const { service } = event.data;
      incidents.set(service, (incidents.get(service) ?? new Set()).add(incidentId));
    }
  };
  const onRecords = (records: readonly BusRecord[]) => {
    for (const record of records) take(record);
    for (const look of waiting) look();
  };
  const onCrash = (error: Error) => void complaints.push(`the campaign's own reader: ${error.message}`);
  await Promise.all(topics.map((topic) => followOnceThere(bus, topic, { onRecords, onCrash })));

  const of = (app: string) => [...(incidents.get(app) ?? [])].flatMap((id) => entries.get(id) ?? []);
  return {
    of,
    all: <T extends EventType>(app: string, type: T) =>
      of(app).flatMap(({ event }) => (event.type === type ? [event as unknown as EventOf<T>] : [])),
    seen: (app, type) =>
      new Promise((resolve) => {
        const look = () => {
          if (!of(app).some(({ event }) => event.type === type)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    complaints,
  };
}

export function decodedOr(record: BusRecord, onProblem: (problem: string) => void): AnyEvent | undefined {
  try {
    return decodeEvent(record);
  } catch (error) {
    if (!(error instanceof BelayError)) throw error;
    onProblem(`${record.topic} ${record.partition}/${record.offset} cannot be read: ${error.message}`);
    return undefined;
  }
}

export type Readers = Pick<Parameters<Bus['follow']>[0], 'onRecords' | 'onCrash'>;

export async function followOnceThere(bus: Bus, topic: string, readers: Readers): Promise<void> {
  while (!(await bus.describeTopic(topic))) await systemClock.sleep(100);
  const following = await bus.follow({ topic, from: 'earliest', ...readers });
  await following.caughtUp;
}
