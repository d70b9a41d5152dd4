import kafkajs from 'kafkajs';
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
  kafka = await startKafka();
  world = new KafkaWorld(kafka);
});
afterAll(() => world?.close());

describe('publishing to Kafka', () => {
  it('chooses the partitions of Kafka own clients', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus, { partitions: 7 });
    await publishNumbers(bus, topic, numbers(0, 200));
    const partition = kafkajs.Partitioners.DefaultPartitioner();
    const partitionMetadata = numbers(0, 7).map((partitionId) => ({ partitionId, leader: 1 }) as never);
    for (const record of await readAll(bus, topic)) {
      const message = { key: record.key, value: record.value };
      expect(record.partition).toBe(partition({ topic, partitionMetadata, message }));
    }
  });

  it('splits what is too much for one request, and keeps its order', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus);
    const value = Buffer.alloc(300_000);
    await bus.publish(numbers(0, 12).map((n) => ({ topic, key: `${n}`, value, headers: {} })));
    await publishNumbers(bus, topic, numbers(12, 2_500), 'k');
    const records = await readAll(bus, topic);
    expect(records.slice(0, 12).map(({ key }) => Number(String(key)))).toEqual(numbers(0, 12));
    expect(records.slice(12).map(numberOf)).toEqual(numbers(12, 2_500));
  });

  it('fails only the call whose record the broker refuses, when several went together', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus);
    const small = uniqueName('small');
    await world
      .foreign()
      .admin()
      .createTopics({
        topics: [{ topic: small, configEntries: [{ name: 'max.message.bytes', value: '2000' }] }],
      });
    const results = await Promise.allSettled([
      publishNumbers(bus, topic, [1]),
      publishNumbers(bus, small, [2]),
      bus.publish([{ topic: small, key: 'k', value: Buffer.alloc(3_000), headers: {} }]),
      publishNumbers(bus, small, [3]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(results[2]).toMatchObject({ reason: { kind: 'invalid', code: 'TOO_LARGE' } });
    expect(new Set((await readAll(bus, small)).map(numberOf))).toEqual(new Set([2, 3]));
  });

  it('says that a topic is gone when it was deleted meanwhile, and still writes to the others', async () => {
    const bus = await world.open();
    const [gone, topic] = [await newTopic(bus), await newTopic(bus)];
    await publishNumbers(bus, gone, [1]);
    await world
      .foreign()
      .admin()
      .deleteTopics({ topics: [gone] });
    await expect(publishNumbers(bus, gone, [2])).rejects.toMatchObject({
      kind: 'not_found',
      code: 'UNKNOWN_TOPIC',
    });
    await publishNumbers(bus, topic, [3]);
  });

  it('puts the prefix before topics and groups, and takes it off what it hands over', async () => {
    const prefix = `${uniqueName('prefix')}.`;
    const bus = await world.open({ topicPrefix: prefix });
    const topic = await newTopic(bus);
    await publishNumbers(bus, topic, [1]);
    const group = uniqueName('group');
    const member = await startMember(bus, { group, topics: [topic] });
    await eventually(() => expect(member.seen).toEqual([1]));
    expect(Object.keys(member.consumption.assigned())).toEqual([topic]);
    expect((await readAll(bus, topic)).map((record) => record.topic)).toEqual([topic]);
    expect(await bus.describeTopic(topic)).toMatchObject({ name: topic, compression: 'uncompressed' });
    const admin = world.foreign().admin();
    expect(await admin.listTopics()).toContain(prefix + topic);
    const { groups } = await admin.describeGroups([prefix + group]);
    expect(groups[0]?.members).toHaveLength(1);
    await admin.disconnect();
    await member.consumption.stop();
  });
});

describe('while Kafka is away', () => {
  it('publish answers in time, says whether something may be in the log, and works again after', async () => {
    const bus = await world.open({ publishTimeoutMs: 1_500 });
    const topic = await newTopic(bus);
    const member = await startMember(bus, { group: uniqueName('group'), topics: [topic] });
    await publishNumbers(bus, topic, [1]);
    kafka.pause();
    try {
      const started = performance.now();
      const [first, second] = await Promise.allSettled([
        publishNumbers(bus, topic, [2]),
        // Waits for the first, of which nothing is heard.
        Promise.resolve().then(() => publishNumbers(bus, topic, [3])),
      ]);
      expect(performance.now() - started).toBeLessThan(2_500);
      expect(first).toMatchObject({ reason: { kind: 'unavailable', code: 'PUBLISH_UNCERTAIN' } });
      expect(second).toMatchObject({ reason: { kind: 'unavailable' } });
    } finally {
      kafka.resume();
    }
    await eventually(() => publishNumbers(bus, topic, [4]), 20_000);
    await eventually(() => expect(member.seen).toContain(4), 20_000);
    expect(member.crashes).toEqual([]);
    await member.consumption.stop();
  });

  it('loses nothing that was acknowledged over a killed broker, in order, and readers go on', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus, { partitions: 3 });
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
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(500));
    await kafka.kill();
    await kafka.restart();
    const before = acknowledged.length;
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(before + 500), 20_000);
    stop = true;
    await writing;
    const records = await readAll(bus, topic);
    const there = new Set(records.map(numberOf));
    expect(acknowledged.filter((n) => !there.has(n))).toEqual([]);
    for (const firsts of firstsByKey(records).values())
      expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
    await eventually(() => expect(new Set(member.seen)).toEqual(there), 30_000);
    expect(member.crashes).toEqual([]);
    await member.consumption.stop();
  });

  it('opening fails and names the brokers; a call that reaches nobody says that nothing was sent', async () => {
    const bus = await world.open({ publishTimeoutMs: 1_000 });
    const topic = await newTopic(bus);
    await kafka.kill();
    await expect(publishNumbers(bus, topic, [1])).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'BUS_UNAVAILABLE',
      message: expect.stringContaining(kafka.endpoint),
    });
    await expect(world.open()).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining(kafka.endpoint),
    });
    await kafka.restart();
    await publishNumbers(bus, topic, [2]);
  });
});
