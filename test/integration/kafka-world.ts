import { randomUUID } from 'node:crypto';
import kafkajs, { type Kafka } from 'kafkajs';
import type { Batch, Bus, BusRecord, ConsumeOptions, TopicSpec } from '#lib/bus/bus.ts';
import { type KafkaBus, type KafkaBusOptions, openKafkaBus } from '#lib/bus/kafka-bus.ts';
import { systemClock } from '#lib/clock.ts';
import type { LabKafka } from '../lab/kafka.ts';

/** Buses, raw clients and names for the tests of one Kafka. */
export class KafkaWorld {
  readonly #kafka: LabKafka;
  readonly #buses: Bus[] = [];

  constructor(kafka: LabKafka) {
    this.#kafka = kafka;
  }

  async open(options: Partial<KafkaBusOptions> = {}): Promise<KafkaBus> {
    const brokers = this.#kafka.endpoint.split(',');
    const bus = await openKafkaBus({ brokers, clientId: 'test', clock: systemClock, ...options });
    this.#buses.push(bus);
    return bus;
  }

  /** A client of somebody else. */
  foreign(endpoint = this.#kafka.endpoint): Kafka {
    return new kafkajs.Kafka({ brokers: endpoint.split(','), logLevel: kafkajs.logLevel.NOTHING });
  }

  async close(): Promise<void> {
    await Promise.all(this.#buses.map((bus) => bus.close()));
    await this.#kafka.stop();
  }
}

export const uniqueName = (kind: string): string => `${kind}-${randomUUID().slice(0, 8)}`;

export async function newTopic(bus: Bus, spec: Partial<TopicSpec> = {}): Promise<string> {
  const name = uniqueName('topic');
  await bus.createTopics([{ name, partitions: 1, replicationFactor: 1, retentionMs: 'forever', ...spec }]);
  return name;
}

export const numbers = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i);

/** Under one key each, or all under the one given. */
export function publishNumbers(
  bus: Bus,
  topic: string,
  values: readonly number[],
  key?: string,
): Promise<void> {
  return bus.publish(
    values.map((n) => ({ topic, key: key ?? `k${n % 7}`, value: Buffer.from(`${n}`), headers: {} })),
  );
}

export const numberOf = ({ value }: BusRecord): number => Number(String(value));

/** Everything that is in the topic now. */
export async function readAll(bus: Bus, topic: string): Promise<BusRecord[]> {
  const records: BusRecord[] = [];
  const following = await bus.follow({
    topic,
    from: 'earliest',
    onRecords: (batch) => void records.push(...batch),
    onCrash: () => {},
  });
  await following.caughtUp;
  await following.stop();
  return records;
}

/** A member that commits what it sees. */
export async function startMember(
  bus: Bus,
  options: Partial<ConsumeOptions> & Pick<ConsumeOptions, 'group' | 'topics'>,
) {
  const seen: number[] = [];
  const crashes: Error[] = [];
  const consumption = await bus.consume({
    startAt: 'earliest',
    sessionTimeoutMs: 6_000,
    onBatch: async (batch) => {
      seen.push(...batch.records.map(numberOf));
      await batch.commit(nextOf(batch));
    },
    onCrash: (error) => void crashes.push(error),
    ...options,
  });
  return { seen, crashes, consumption };
}

export const nextOf = (batch: Batch): number => (batch.records.at(-1)?.offset ?? -1) + 1;

/** The numbers of each key in the order of their first occurrences, one key after the other. */
export function firstsByKey(records: readonly BusRecord[]): Map<string, number[]> {
  const byKey = new Map<string, Set<number>>();
  for (const record of records) {
    const key = String(record.key);
    byKey.set(key, (byKey.get(key) ?? new Set()).add(numberOf(record)));
  }
  return new Map(Array.from(byKey, ([key, firsts]) => [key, [...firsts]]));
}
