import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LabKafka, startKafka } from '../lab/kafka.ts';
import { eventually } from '../support/eventually.ts';
import {
  firstsByKey,
  KafkaWorld,
  newTopic,
  numberOf,
  numbers,
  publishNumbers,
  readAll,
  startMember,
  uniqueName,
} from './kafka-world.ts';

let kafka: LabKafka;
let world: KafkaWorld;

beforeAll(async () => {
  kafka = await startKafka({ brokers: 3 });
  world = new KafkaWorld(kafka);
});
afterAll(() => world?.close());

describe('a cluster of three brokers', () => {
  it('loses nothing that was acknowledged when the leaders of some partitions die, one after the other', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus, { partitions: 6, replicationFactor: 3 });
    const member = await startMember(bus, { group: uniqueName('group'), topics: [topic] });
    const acknowledged: number[] = [];
    let stop = false;
    const write = async () => {
      for (let n = 0; !stop; n += 20) {
        const values = numbers(n, 20);
        await publishNumbers(bus, topic, values).then(
          () => acknowledged.push(...values),
          () => {},
        );
      }
    };
    const writing = write();
    for (const broker of kafka.brokers.slice(0, 2)) {
      const before = acknowledged.length;
      await eventually(() => expect(acknowledged.length).toBeGreaterThan(before + 300), 20_000);
      await broker.kill();
      const after = acknowledged.length;
      // Two are enough: it goes on before the third is back.
      await eventually(() => expect(acknowledged.length).toBeGreaterThan(after + 300), 40_000);
      await broker.restart();
    }
    stop = true;
    await writing;
    const records = await readAll(bus, topic);
    const there = new Set(records.map(numberOf));
    expect(acknowledged.filter((n) => !there.has(n))).toEqual([]);
    for (const firsts of firstsByKey(records).values()) {
      expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
    }
    await eventually(() => expect(new Set(member.seen)).toEqual(there), 40_000);
    expect(member.crashes).toEqual([]);
    await member.consumption.stop();
  });
});
