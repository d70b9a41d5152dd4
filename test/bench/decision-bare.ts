import { readFileSync } from 'node:fs';
import { Kafka, logLevel, type KafkaMessage, type Message } from 'kafkajs';

/**
 * The bare loop, a process: consumes the incidents of `bare.incident` and writes for each as many bytes to
 * `bare.decision` and `bare.order.<target>` as Belay writes for one of its fate, in batches of the same size, each
 * awaited and then committed. It neither decodes nor decides.
 */
const { brokers, outputs } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as BareWork;

/** Read by the bench from what Belay has written. Keys and values are base64, as are the values of headers. */
export interface BareWork {
  readonly brokers: readonly string[];
  readonly outputs: Readonly<Record<string, readonly BareOutput[]>>;
}

export interface BareOutput {
  readonly topic: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

const MAX_BATCH_RECORDS = 500;
const kafka = new Kafka({ brokers: [...brokers], clientId: 'bare', logLevel: logLevel.NOTHING });
const producer = kafka.producer({ allowAutoTopicCreation: false });
const consumer = kafka.consumer({
  groupId: 'bare',
  sessionTimeout: 10_000,
  heartbeatInterval: 1_000,
  minBytes: 1,
  maxWaitTimeInMs: 250,
  maxBytesPerPartition: 1_048_576,
  maxBytes: 8_388_608,
});
const prepared = new Map(
  Object.entries(outputs).map(([fate, records]) => [
    fate,
    records.map(({ topic, value, headers }) => ({
      topic: `bare.${topic}`,
      value: Buffer.from(value, 'base64'),
      headers: Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, Buffer.from(v, 'base64')])),
    })),
  ]),
);

/** An order goes with its workload, everything else with its incident. */
function outputsOf({ key, headers }: KafkaMessage): { topic: string; message: Message }[] {
  const incident = headers?.['ce_subject'] as Buffer;
  const fate = incident.toString('latin1', 0, incident.indexOf(0x2d));
  return (prepared.get(fate) ?? []).map(({ topic, ...rest }) => ({
    topic,
    message: { key: topic === 'bare.decision' ? incident : key, ...rest },
  }));
}

async function produce(messages: readonly KafkaMessage[]): Promise<void> {
  const byTopic = Map.groupBy(messages.flatMap(outputsOf), ({ topic }) => topic);
  await producer.sendBatch({
    acks: -1,
    topicMessages: Array.from(byTopic, ([topic, sent]) => ({
      topic,
      messages: sent.map(({ message }) => message),
    })),
  });
}

await Promise.all([producer.connect(), consumer.connect()]);
consumer.on('consumer.group_join', ({ payload }) => {
  console.log(`joined ${payload.memberAssignment['bare.incident']?.length ?? 0}`);
});
await consumer.subscribe({ topic: 'bare.incident', fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: false,
  partitionsConsumedConcurrently: 4,
  eachBatch: async (payload) => {
    const { topic, partition, messages } = payload.batch;
    for (let from = 0; from < messages.length; from += MAX_BATCH_RECORDS) {
      const piece = messages.slice(from, from + MAX_BATCH_RECORDS);
      await produce(piece);
      const last = piece.at(-1)?.offset ?? '';
      const offset = String(Number(last) + 1);
      await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
      payload.resolveOffset(last);
      await payload.heartbeat();
    }
  },
});
