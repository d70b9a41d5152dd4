import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KafkaLogEntry } from '#lib/bus/kafka-client.ts';
import { startKafka } from '../lab/kafka.ts';
import { KafkaWorld, newTopic, publishNumbers, readAll } from './kafka-world.ts';

const PASSWORD = 'correct-horse-battery';
const WRONG = 'wrong-horse-battery';

let world: KafkaWorld;

beforeAll(async () => {
  const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule';
  const kafka = await startKafka({
    properties: {
      'listener.security.protocol.map': 'CLIENT:SASL_PLAINTEXT,DIRECT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      'sasl.enabled.mechanisms': 'PLAIN',
      'listener.name.client.plain.sasl.jaas.config': `${plain} required user_belay="${PASSWORD}";`,
    },
  });
  world = new KafkaWorld(kafka);
});
afterAll(() => world?.close());

describe('a Kafka with passwords', () => {
  it('is used with the right one', async () => {
    const bus = await world.open({ sasl: { mechanism: 'plain', username: 'belay', password: PASSWORD } });
    const topic = await newTopic(bus);
    await publishNumbers(bus, topic, [1]);
    expect(await readAll(bus, topic)).toHaveLength(1);
  });

  it('refuses the wrong one with what to check; no log and no error shows it', async () => {
    const entries: KafkaLogEntry[] = [];
    const opening = world.open({
      sasl: { mechanism: 'plain', username: 'belay', password: WRONG },
      log: (entry) => void entries.push(entry),
    });
    const error: unknown = await opening.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'unauthenticated', code: 'BUS_UNAUTHENTICATED' });
    expect(entries.length).toBeGreaterThan(0);
    expect(JSON.stringify(entries) + String((error as Error).stack)).not.toContain(WRONG);
  });

  it('says that a connection without a password, or with TLS, is not what it expects', async () => {
    await expect(world.open()).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(world.open({ tls: true })).rejects.toMatchObject({
      code: expect.stringMatching(/BUS_(TLS_FAILED|UNAVAILABLE)/),
    });
  });
});
