import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_RECORD_BYTES } from '#lib/bus/bus.ts';
import { type LabKafka, startKafka } from '../lab/kafka.ts';
import { eventually } from '../support/eventually.ts';
import { KafkaWorld, newTopic, numbers, readAll, startMember, uniqueName } from './kafka-world.ts';

let kafka: LabKafka;
let world: KafkaWorld;

beforeAll(async () => {
  kafka = await startKafka();
  world = new KafkaWorld(kafka);
});
afterAll(() => world?.close());

const { GZIP } = kafkajs.CompressionTypes;

describe('what foreign producers write to a topic of ours', () => {
  it('is read when it is compressed, and refused when it is larger than it looks', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus);
    const producer = await foreignProducer();
    const small = { topic, compression: GZIP, messages: [{ key: 'k', value: 'small' }] };
    await producer.send(small);
    await expect(producer.send(zeros(topic, 30))).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' });
    await producer.send(small);
    expect((await readAll(bus, topic)).map(({ value }) => String(value))).toEqual(['small', 'small']);
    await producer.disconnect();
  });

  it('has each header once, the last one, and no name reaches a prototype', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus);
    const producer = await foreignProducer();
    const headers = JSON.parse(
      '{"__proto__": "own", "constructor": "own too", "twice": ["first", "last"]}',
    ) as {};
    await producer.send({
      topic,
      messages: [
        { key: 'k', value: 'v', headers },
        { key: null, value: null },
      ],
    });
    const [record, bare] = await readAll(bus, topic);
    expect(Object.entries(record?.headers ?? {}).map(([name, value]) => [name, String(value)])).toEqual([
      ['__proto__', 'own'],
      ['constructor', 'own too'],
      ['twice', 'last'],
    ]);
    expect(record?.headers['toString']).toBeUndefined();
    expect(bare).toMatchObject({ key: null, value: null, headers: {} });
    await producer.disconnect();
  });

  it('does not hold up its reader with a flood of headers', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus);
    const producer = await foreignProducer();
    const headers = Object.fromEntries(numbers(0, 50_000).map((n) => [n.toString(36), '']));
    await producer.send({ topic, messages: [{ key: 'k', value: 'v', headers }] });
    await producer.disconnect();
    const started = performance.now();
    const [record] = await readAll(bus, topic);
    expect(Object.keys(record?.headers ?? {})).toHaveLength(50_000);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('may be a full batch of the smallest records', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus);
    const producer = await foreignProducer();
    // As many as fit below max.message.bytes at nine bytes each; sent in parts, as kafkajs is slow with many.
    const empty = Array.from({ length: 10_000 }, () => ({ key: null, value: null }));
    await Promise.all(numbers(0, 12).map(() => producer.send({ topic, messages: empty })));
    expect(await readAll(bus, topic)).toHaveLength(120_000);
    await producer.disconnect();
  });
});

describe('a topic that somebody else made', () => {
  it('shows the compression that it lets pass', async () => {
    const bus = await world.open();
    const topic = uniqueName('foreign');
    await world
      .foreign()
      .admin()
      .createTopics({
        topics: [{ topic, configEntries: [{ name: 'compression.type', value: 'zstd' }] }],
      });
    expect(await bus.describeTopic(topic)).toMatchObject({ compression: 'zstd', compact: false });
  });

  it('ends its consumer with a clear error when the records cannot be decompressed', async () => {
    const bus = await world.open();
    const topic = uniqueName('foreign');
    await world
      .foreign()
      .admin()
      .createTopics({
        topics: [{ topic, configEntries: [{ name: 'compression.type', value: 'zstd' }] }],
      });
    const member = await startMember(bus, { group: uniqueName('group'), topics: [topic] });
    await bus.publish([{ topic, key: 'k', value: Buffer.from('v'), headers: {} }]);
    await eventually(
      () => expect(member.crashes).toMatchObject([{ kind: 'invalid', code: 'UNSUPPORTED_COMPRESSION' }]),
      20_000,
    );
  });
});

describe('a dead-letter topic', () => {
  it('takes a full record and the reason for it', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus, { maxRecordBytes: 2 * MAX_RECORD_BYTES });
    const value = Buffer.alloc(MAX_RECORD_BYTES);
    await bus.publish([{ topic, key: 'k', value, headers: { reason: 'r'.repeat(2_000) } }]);
    expect((await readAll(bus, topic)).map((record) => record.value?.length)).toEqual([MAX_RECORD_BYTES]);
    await expect(
      bus.publish([{ topic, key: 'k', value: Buffer.alloc(2 * MAX_RECORD_BYTES), headers: {} }]),
    ).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });
});

// Last: what the broker refuses here is refused because its memory does not suffice.
describe('a bomb', () => {
  it('of 300 MB is refused, and the records around it are read', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus);
    const producer = await foreignProducer();
    await expect(producer.send(zeros(topic, 300))).rejects.toMatchObject({ name: 'KafkaJSProtocolError' });
    await producer.send({ topic, compression: GZIP, messages: [{ key: 'k', value: 'small' }] });
    expect((await readAll(bus, topic)).map(({ value }) => String(value))).toEqual(['small']);
    await producer.disconnect();
  });
});

function zeros(topic: string, megabytes: number) {
  const value = Buffer.alloc(1_000_000);
  return { topic, compression: GZIP, messages: numbers(0, megabytes).map((n) => ({ key: `${n}`, value })) };
}

async function foreignProducer() {
  const producer = world.foreign().producer();
  await producer.connect();
  return producer;
}
