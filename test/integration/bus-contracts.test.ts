import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { openKafkaBus } from '#lib/bus/kafka-bus.ts';
import { systemClock } from '#lib/clock.ts';
import { busContract } from '../contracts/bus.ts';
import { consumerContract } from '../contracts/consumer.ts';
import { type LabKafka, startKafka } from '../lab/kafka.ts';

let kafka: LabKafka;
beforeAll(async () => {
  kafka = await startKafka();
});
afterAll(() => kafka.stop());

/** A prefix of its own makes a broker a log of its own. */
const open = () =>
  openKafkaBus({
    brokers: kafka.endpoint.split(','),
    clientId: 'contract',
    topicPrefix: `${randomUUID().slice(0, 8)}.`,
    clock: systemClock,
  });

busContract('kafka', open);
consumerContract('kafka', open);
