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
afterAll(() => kafka?.stop());

const open = (topicPrefix: string) => () =>
  openKafkaBus({ brokers: kafka.endpoint.split(','), clientId: 'contract', topicPrefix, clock: systemClock });

busContract('kafka', open('bus.'));
consumerContract('kafka', open('consumer.'));
