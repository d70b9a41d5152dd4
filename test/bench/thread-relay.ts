import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { type Consumer, Kafka, logLevel, type Producer } from 'kafkajs';
import { Pool } from 'pg';
import type { ProductionStack } from '../support/production-stack.ts';

/** The hops of the thread with nothing in between: produce, consume, insert, produce, consume, delete. */
export interface NullRelay {
  /** Resolves when the first record is acknowledged; the pod is deleted later. */
  send(pod: string): Promise<void>;
  close(): Promise<void>;
}

const [FIRST, SECOND] = ['relay-incident', 'relay-order'];

export async function startNullRelay(stack: ProductionStack): Promise<NullRelay> {
  const kafka = new Kafka({ brokers: stack.kafka.endpoint.split(','), logLevel: logLevel.NOTHING });
  await createTopics(kafka);
  const pool = new Pool({ connectionString: await stack.postgres.createDatabase('relay'), max: 4 });
  await pool.query('create table relayed (id text primary key, at timestamptz not null)');
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const insertAndPass = async (pod: string) => {
    await pool.query('insert into relayed values ($1, now())', [pod]);
    await pass(producer, SECOND, pod);
  };
  const consumers = await Promise.all([
    consume(kafka, FIRST, insertAndPass),
    consume(kafka, SECOND, deleter(stack)),
  ]);
  return {
    send: (pod) => pass(producer, FIRST, pod),
    close: async () => {
      await Promise.all(consumers.map((consumer) => consumer.disconnect()));
      await producer.disconnect();
      await pool.end();
    },
  };
}

async function createTopics(kafka: Kafka): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const topics = [FIRST, SECOND].map((topic) => ({ topic, numPartitions: 3, replicationFactor: 1 }));
  await admin.createTopics({ topics });
  await admin.disconnect();
}

async function pass(producer: Producer, topic: string, pod: string): Promise<void> {
  await producer.send({ topic, acks: -1, messages: [{ key: pod, value: pod }] });
}

/** Returns once it has its partitions. */
async function consume(
  kafka: Kafka,
  topic: string,
  onPod: (pod: string) => Promise<void>,
): Promise<Consumer> {
  const consumer = kafka.consumer({ groupId: `${topic}-group` });
  const joined = new Promise<void>((resolve) => consumer.on('consumer.group_join', () => resolve()));
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ eachMessage: ({ message }) => onPod(String(message.value)) });
  await joined;
  return consumer;
}

/** One call over a kept connection. */
function deleter({ kubernetes }: ProductionStack): (pod: string) => Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const ca = readFileSync(kubernetes.caFile);
  const headers = { authorization: `Bearer ${kubernetes.token}` };
  return (pod) =>
    new Promise((resolve, reject) => {
      const url = `${kubernetes.endpoint}/api/v1/namespaces/production/pods/${pod}`;
      request(url, { method: 'DELETE', agent, ca, headers }, (answer) => {
        answer.resume().once('end', resolve);
      })
        .once('error', reject)
        .end();
    });
}
