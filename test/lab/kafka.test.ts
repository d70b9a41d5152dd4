import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LabKafka, startKafka } from './kafka.ts';
import { consume, createTopic, endOffset, kafkaClient, produce } from './lab-clients.ts';
import { pollUntil } from './poll-until.ts';
import { type LabToxiproxy, startToxiproxy } from './toxiproxy.ts';
import type { LabProxy } from './toxiproxy-client.ts';

const oneAttempt = { retry: { retries: 0 }, requestTimeout: 1_000 };

describe('three brokers', () => {
  let cluster: LabKafka;
  beforeAll(async () => {
    cluster = await startKafka({ brokers: 3 });
    await createTopic(kafkaClient(cluster.endpoint), 'slots', 3);
  });
  afterAll(() => cluster?.stop());

  it('replicates to all three, with two in sync as the least', async () => {
    const admin = kafkaClient(cluster.endpoint).admin();
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: ['slots'] });
    await admin.disconnect();
    expect(topics[0]?.partitions.map(({ replicas }) => replicas.length)).toEqual([3, 3, 3]);
  });

  it('takes writes while one broker is dead, and has it back after', async () => {
    await cluster.brokers[0]?.kill();
    const kafka = kafkaClient(cluster.endpoint);
    await pollUntil(() => produce(kafka, 'slots', ['a', 'b', 'c']), { timeoutMs: 30_000 });
    await cluster.brokers[0]?.restart();
    expect((await consume(kafka, 'slots', 3)).sort()).toEqual(['a', 'b', 'c']);
  });

  it('takes no writes while two are paused', async () => {
    const [, second, third] = cluster.brokers;
    second?.pause();
    third?.pause();
    const kafka = kafkaClient(cluster.endpoint);
    const write = produce(kafka, 'slots', ['d']).then(
      () => 'written',
      () => 'failed',
    );
    const deadline = new Promise((resolve) => setTimeout(resolve, 2_000, 'silent'));
    expect(await Promise.race([write, deadline])).not.toBe('written');
    second?.resume();
    third?.resume();
    await write;
    await pollUntil(() => produce(kafka, 'slots', ['e']), { timeoutMs: 30_000 });
  });
});

describe('a proxy between client and broker', () => {
  let toxiproxy: LabToxiproxy;
  let proxy: LabProxy;
  let kafka: LabKafka;
  beforeAll(async () => {
    toxiproxy = await startToxiproxy();
    kafka = await startKafka({
      async advertised(realPort) {
        proxy = await toxiproxy.createProxy('kafka', `127.0.0.1:${realPort}`);
        return proxy.port;
      },
    });
    await createTopic(kafkaClient(kafka.endpoint), 'slots');
  });
  afterAll(async () => {
    await kafka?.stop();
    await toxiproxy?.stop();
  });

  afterEach(() => toxiproxy.reset());

  it('carries all traffic of a client', async () => {
    expect(kafka.endpoint).toBe(proxy.listen);
    const toxic = await proxy.addToxic({ type: 'latency', latency: 300 });
    const startedAt = performance.now();
    await produce(kafkaClient(kafka.endpoint), 'slots', ['slow']);
    expect(performance.now() - startedAt).toBeGreaterThan(600);
    await proxy.removeToxic(toxic);
  });

  it('loses the acknowledgement of a write that arrived', async () => {
    // Requests get through and answers do not: what the client takes for a failure is in the log.
    const before = await endOffset(kafkaClient(kafka.directEndpoint), 'slots');
    const producer = kafkaClient(kafka.endpoint, oneAttempt).producer();
    await producer.connect();
    await producer.send({ topic: 'slots', messages: [{ value: 'seen' }] });
    await proxy.addToxic({ type: 'timeout', timeout: 100 });
    await expect(producer.send({ topic: 'slots', messages: [{ value: 'unseen' }] })).rejects.toThrow(
      'Closed connection',
    );
    await toxiproxy.reset();
    await producer.disconnect();
    expect(await endOffset(kafkaClient(kafka.directEndpoint), 'slots')).toBe(before + 2);
  });

  it('leaves the direct endpoint alone when it is off', async () => {
    await proxy.disable();
    await expect(kafkaClient(kafka.endpoint, oneAttempt).admin().connect()).rejects.toThrow(
      'Connection error',
    );
    await produce(kafkaClient(kafka.directEndpoint), 'slots', ['direct']);
    await proxy.enable();
    await produce(kafkaClient(kafka.endpoint), 'slots', ['back']);
  });
});
