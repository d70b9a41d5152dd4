import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bus, FollowOptions } from '#lib/bus/bus.ts';
import { startKafka } from '../lab/kafka.ts';
import { eventually } from '../support/eventually.ts';
import {
  KafkaWorld,
  newTopic,
  numberOf,
  numbers,
  publishNumbers,
  readAll,
  uniqueName,
} from './kafka-world.ts';

let world: KafkaWorld;

beforeAll(async () => {
  world = new KafkaWorld(await startKafka({ properties: { 'log.cleaner.backoff.ms': 200 } }));
});
afterAll(() => world?.close());

describe('following a topic of Kafka', () => {
  it('hands over every record once, in order, over a slow reader and a rejoin', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus, { partitions: 3 });
    await publishNumbers(bus, topic, numbers(0, 5_000));
    const { seen, following } = await follow(bus, topic);
    await publishNumbers(bus, topic, numbers(5_000, 1_000));
    await eventually(() => expect(seen).toHaveLength(6_000));
    expect(seen.toSorted((a, b) => a - b)).toEqual(numbers(0, 6_000));
    await following.stop();
  });

  it('has caught up although the last offsets are markers of transactions', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus, { partitions: 2 });
    const producer = world.foreign().producer({ transactionalId: uniqueName('tx'), idempotent: true });
    await producer.connect();
    for (const end of ['commit', 'abort'] as const) {
      const transaction = await producer.transaction();
      await transaction.send({
        topic,
        messages: numbers(0, 4).map((n) => ({ key: end, value: String(n), partition: n % 2 })),
      });
      await transaction[end]();
    }
    await producer.disconnect();
    const records = await readAll(bus, topic);
    expect(records.map(({ key }) => String(key))).toEqual(['commit', 'commit', 'commit', 'commit']);
  });

  it('has caught up with a compacted topic, and with one whose records are all deleted', async () => {
    const bus = await world.open();
    const topic = uniqueName('compacted');
    const admin = world.foreign().admin();
    const config = {
      'cleanup.policy': 'compact',
      'segment.bytes': '1048576',
      'min.cleanable.dirty.ratio': '0.01',
    };
    await admin.createTopics({
      topics: [{ topic, configEntries: Object.entries(config).map(([name, value]) => ({ name, value })) }],
    });
    const value = Buffer.alloc(10_000);
    const write = () =>
      bus.publish(numbers(0, 100).map((n) => ({ topic, key: `k${n % 5}`, value, headers: {} })));
    for (let round = 0; round < 5; round += 1) await write();
    await eventually(async () => {
      await write();
      const records = await readAll(bus, topic);
      expect(records.length).toBeLessThan(records.at(-1)?.offset ?? 0);
    }, 60_000);
    expect(new Set((await readAll(bus, topic)).map(({ key }) => String(key))).size).toBe(5);

    const emptied = await newTopic(bus);
    await publishNumbers(bus, emptied, numbers(0, 10));
    await admin.fetchTopicOffsets(emptied);
    await admin.deleteTopicRecords({ topic: emptied, partitions: [{ partition: 0, offset: '10' }] });
    expect(await readAll(bus, emptied)).toEqual([]);
    await admin.disconnect();
  });

  it('leaves no group behind, and ends what waits for the end when it is stopped', async () => {
    const bus = await world.open({ topicPrefix: 'left.' });
    const topic = await newTopic(bus);
    await publishNumbers(bus, topic, [1]);
    const { following } = await follow(bus, topic, {
      onRecords: () => new Promise((resolve) => setTimeout(resolve, 500)),
    });
    await following.stop();
    await expect(following.caughtUp).rejects.toMatchObject({ code: 'FOLLOWING_STOPPED' });
    const admin = world.foreign().admin();
    const { groups } = await admin.listGroups();
    expect(groups.filter(({ groupId }) => groupId.startsWith('left.'))).toEqual([]);
    await admin.disconnect();
  });

  it('crashes once when its reader fails, and when its topic is deleted', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus);
    await publishNumbers(bus, topic, [1]);
    const broken = await follow(bus, topic, {
      onRecords: () => {
        throw new Error('broken');
      },
    });
    await expect(broken.following.caughtUp).rejects.toMatchObject({
      message: expect.stringContaining('broken'),
    });
    await eventually(() => expect(broken.crashes).toMatchObject([{ code: 'HANDLER_FAILED' }]));
    const { following, crashes } = await follow(bus, topic);
    await following.caughtUp;
    await world
      .foreign()
      .admin()
      .deleteTopics({ topics: [topic] });
    await eventually(() => expect(crashes).toMatchObject([{ code: 'UNKNOWN_TOPIC' }]), 20_000);
  });

  it('refuses a topic that does not exist, and a position that does not exist', async () => {
    const bus = await world.open();
    await expect(follow(bus, 'never-made')).rejects.toMatchObject({
      kind: 'not_found',
      code: 'UNKNOWN_TOPIC',
    });
    const topic = await newTopic(bus);
    await expect(follow(bus, topic, { from: { offsets: [7] } })).rejects.toMatchObject({ kind: 'invalid' });
  });
});

async function follow(bus: Bus, topic: string, options: Partial<FollowOptions> = {}) {
  const seen: number[] = [];
  const crashes: Error[] = [];
  const following = await bus.follow({
    topic,
    from: 'earliest',
    onRecords: (records) => void seen.push(...records.map(numberOf)),
    onCrash: (error) => void crashes.push(error),
    ...options,
  });
  return { seen, crashes, following };
}
