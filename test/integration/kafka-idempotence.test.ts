import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KafkaBus } from '#lib/bus/kafka-bus.ts';
import { type LabKafka, startKafka } from '../lab/kafka.ts';
import type { LabProxy } from '../lab/toxiproxy-client.ts';
import { type LabToxiproxy, startToxiproxy } from '../lab/toxiproxy.ts';
import { judge, writeWhileAnswersAreLost } from './kafka-lost-answers.ts';
import { KafkaWorld, newTopic, numberOf, publishNumbers, readAll } from './kafka-world.ts';

let toxiproxy: LabToxiproxy;
let proxy: LabProxy;
let kafka: LabKafka;
let world: KafkaWorld;
let direct: KafkaBus;

beforeAll(async () => {
  toxiproxy = await startToxiproxy();
  kafka = await startKafka({
    advertised: async (port) => {
      proxy = await toxiproxy.createProxy('kafka', `127.0.0.1:${port}`);
      return proxy.port;
    },
  });
  world = new KafkaWorld(kafka);
  direct = await world.open({ brokers: kafka.directEndpoint.split(',') });
});
afterAll(async () => {
  await toxiproxy?.reset();
  await world?.close();
  await toxiproxy?.stop();
});

/**
 * Why the producer is not the idempotent one of kafkajs: that one gives the sequence numbers of a send whose
 * answer was lost to the next send, which the broker then takes for a repetition and acknowledges unwritten.
 */
describe('when answers of the broker are lost', () => {
  it.each([
    { title: 'one call after the other', overlap: 1 },
    { title: 'four calls at a time', overlap: 4 },
  ])('no acknowledged record is missing and first occurrences are in order: $title', async ({ overlap }) => {
    const bus = await world.open();
    const topic = await newTopic(direct);
    const writer = { write: (values: readonly number[]) => publishNumbers(bus, topic, values, 'k') };
    const acknowledged = await writeWhileAnswersAreLost({ writer, proxy, sends: 400, overlap });
    const verdict = judge(acknowledged, (await readAll(direct, topic)).map(numberOf));
    expect(verdict).toMatchObject({ acknowledged: 2_000, lost: 0, outOfOrder: 0 });
    // Otherwise no answer was lost, and nothing has been shown.
    expect(verdict.duplicates).toBeGreaterThan(0);
  });
});
