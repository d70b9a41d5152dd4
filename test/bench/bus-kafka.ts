import { type EachBatchPayload, Kafka, logLevel } from 'kafkajs';
import type { Bus, BusRecord } from '#lib/bus/bus.ts';
import { startConsumer } from '#lib/bus/consumer.ts';
import { openKafkaBus } from '#lib/bus/kafka-bus.ts';
import type { Handlers } from '#lib/bus/pipeline.ts';
import { prepareTopics, topicSpecs } from '#lib/bus/topics.ts';
import { systemClock } from '#lib/clock.ts';
import { decodeEvent } from '#lib/events/decode-event.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import { type AnyEvent, outgoing, type OutgoingEvent } from '#lib/events/event.ts';
import { startKafka } from '../lab/kafka.ts';
import { goodRecord } from '../support/bad-records.ts';
import { silentLogger } from '../support/silent-logger.ts';
import { type Figure, median, percentile } from './figure.ts';

const PARTITIONS = 3;

/** The runner against a bare kafkajs loop that decodes, validates and encodes the same events. */
export async function* kafkaFigures(quick: boolean): AsyncGenerator<Figure> {
  const kafka = await startKafka();
  const bus = await openKafkaBus({
    brokers: kafka.endpoint.split(','),
    clientId: 'bench',
    clock: systemClock,
  });
  const client = new Kafka({ brokers: kafka.endpoint.split(','), logLevel: logLevel.NOTHING });
  try {
    const settings = { partitions: PARTITIONS, replicationFactor: 1, retentionMs: 7 * 86_400_000 };
    await prepareTopics(bus, topicSpecs(['incident', 'audit'], settings));
    yield await throughput(bus, client, quick);
    yield await latency(bus, client, quick);
  } finally {
    await bus.close();
    await kafka.stop();
  }
}

const transform = (event: AnyEvent): OutgoingEvent[] =>
  event.type === 'IncidentReported'
    ? [
        outgoing('CommandGiven', {
          actor: { kind: 3, name: event.data.service },
          command: 'transform',
          subject: event.data.incidentId,
          reason: '',
          result: 'ok',
          givenAt: event.data.reportedAt,
          commandId: event.data.incidentId,
        }),
      ]
    : [];

async function throughput(bus: Bus, client: Kafka, quick: boolean): Promise<Figure> {
  const events = quick ? 15_000 : 60_000;
  for (let from = 0; from < events; from += 1_000) {
    await bus.publish(
      Array.from({ length: 1_000 }, (_, i) => goodRecord(`inc-${from + i}`, `svc-${(from + i) % 200}`)),
    );
  }
  const ratios: number[] = [];
  await runnerRate(bus, events, 'warm-runner');
  await bareRate(client, events, 'warm-bare');
  for (let round = 0; round < (quick ? 3 : 7); round += 1) {
    const bare = await bareRate(client, events, `bare-${round}`);
    const runner = await runnerRate(bus, events, `runner-${round}`);
    console.log(`  round ${round}: bare ${Math.round(bare)}/s, runner ${Math.round(runner)}/s`);
    ratios.push(runner / bare);
  }
  return { name: 'runner/bare-kafkajs throughput', value: median(ratios), goal: 0.85 };
}

/** From the first record in a handler to the last result in the log: joining the group is not part of it. */
async function runnerRate(bus: Bus, events: number, group: string): Promise<number> {
  const done = countdown(events);
  const counting: Pick<Bus, 'publish' | 'consume'> = {
    consume: (options) => bus.consume(options),
    publish: async (records) => {
      await bus.publish(records);
      done.tick(records.length);
    },
  };
  const consumer = await startTransform(counting, group, {
    IncidentReported: (e) => (done.begin(), transform(e)),
  });
  const perSecond = await done.rate;
  await consumer.stop();
  return perSecond;
}

async function bareRate(client: Kafka, events: number, group: string): Promise<number> {
  const done = countdown(events);
  const producer = client.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const consumer = client.consumer({ groupId: group });
  await consumer.connect();
  await consumer.subscribe({ topic: 'incident', fromBeginning: true });
  await consumer.run({
    eachBatchAutoResolve: false,
    autoCommitThreshold: 1,
    partitionsConsumedConcurrently: PARTITIONS,
    eachBatch: async (payload) => {
      const records = payload.batch.messages.flatMap((m) => {
        done.begin();
        return transform(decodeEvent(toRecord(payload, m))).map((e) => encodeEvent(e, 'belay/bare'));
      });
      await producer.sendBatch({ acks: -1, topicMessages: [{ topic: 'audit', messages: records }] });
      done.tick(records.length);
      payload.resolveOffset(payload.batch.lastOffset());
      await payload.commitOffsetsIfNecessary();
    },
  });
  const perSecond = await done.rate;
  await consumer.disconnect();
  await producer.disconnect();
  return perSecond;
}

async function latency(bus: Bus, client: Kafka, quick: boolean): Promise<Figure> {
  const samples = quick ? 200 : 1_000;
  const ratios: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const bare = await bareLatency(client, samples, `bare-latency-${round}`);
    const runner = await runnerLatency(bus, samples, `runner-latency-${round}`);
    console.log(`  round ${round}: p50 bare ${bare.toFixed(2)} ms, runner ${runner.toFixed(2)} ms`);
    ratios.push(runner / bare);
  }
  return { name: 'publish-to-handler p50 runner/bare', value: median(ratios), goal: 1.3, atMost: true };
}

async function runnerLatency(bus: Bus, samples: number, group: string): Promise<number> {
  await bus.seek(group, 'incident', 'latest');
  const arrivals = arrivalsOf();
  const consumer = await startTransform(bus, group, {
    IncidentReported: (e) => (arrivals.note(e.data.incidentId), []),
  });
  const p50 = await measureLatency(samples, group, arrivals, (record) => bus.publish([record]));
  await consumer.stop();
  return p50;
}

async function bareLatency(client: Kafka, samples: number, group: string): Promise<number> {
  const arrivals = arrivalsOf();
  const producer = client.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const admin = client.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets('incident');
  await admin.setOffsets({ groupId: group, topic: 'incident', partitions: ends });
  await admin.disconnect();
  const consumer = client.consumer({ groupId: group });
  await consumer.connect();
  await consumer.subscribe({ topic: 'incident' });
  await consumer.run({
    eachBatch: async (payload) => {
      for (const m of payload.batch.messages) {
        const event = decodeEvent(toRecord(payload, m));
        if (event.type === 'IncidentReported') arrivals.note(event.data.incidentId);
      }
    },
  });
  const p50 = await measureLatency(samples, group, arrivals, async ({ topic, ...message }) => {
    await producer.send({ topic, acks: -1, messages: [message] });
  });
  await consumer.disconnect();
  await producer.disconnect();
  return p50;
}

async function measureLatency(
  samples: number,
  mark: string,
  arrivals: ReturnType<typeof arrivalsOf>,
  publish: (record: ReturnType<typeof goodRecord>) => Promise<void>,
): Promise<number> {
  const measured: number[] = [];
  for (let n = -20; n < samples; n += 1) {
    const id = `${mark}-${n}`;
    const arrived = arrivals.of(id);
    const started = performance.now();
    await publish(goodRecord(id));
    const ms = (await arrived) - started;
    if (n >= 0) measured.push(ms);
  }
  return percentile(measured, 50);
}

function startTransform(bus: Pick<Bus, 'publish' | 'consume'>, group: string, handlers: Handlers) {
  return startConsumer({
    bus,
    service: 'bench',
    source: 'belay/bench',
    group,
    topics: ['incident'],
    handlers,
    clock: systemClock,
    logger: silentLogger,
    metrics: { handled: () => {} },
    tracing: { run: (_event, _record, run) => run(), headers: () => ({}) },
    onCrash: (error) => {
      throw error;
    },
  });
}

/** Resolves with records a second once `count` are durable. */
function countdown(count: number) {
  const { promise, resolve } = Promise.withResolvers<number>();
  let seen = 0;
  let startedMs = 0;
  return {
    rate: promise,
    begin() {
      startedMs ||= performance.now();
    },
    tick(records: number) {
      seen += records;
      if (seen >= count) resolve((count / (performance.now() - startedMs)) * 1_000);
    },
  };
}

function arrivalsOf() {
  const waiting = new Map<string, (ms: number) => void>();
  return {
    of: (id: string) => new Promise<number>((resolve) => waiting.set(id, resolve)),
    note: (id: string) => waiting.get(id)?.(performance.now()),
  };
}

function toRecord(payload: EachBatchPayload, m: EachBatchPayload['batch']['messages'][number]): BusRecord {
  return {
    topic: payload.batch.topic,
    partition: payload.batch.partition,
    offset: Number(m.offset),
    timestampMs: Number(m.timestamp),
    key: m.key,
    value: m.value,
    headers: m.headers as Record<string, Buffer>,
  };
}
