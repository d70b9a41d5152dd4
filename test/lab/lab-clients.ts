import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { type EachMessagePayload, Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import pg from 'pg';
import { pollUntil } from './poll-until.ts';

// The real clients of Belay, each with short deadlines and without retries of its own.

export async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { commandTimeout: 1_000, connectTimeout: 1_000, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

export async function withPostgres<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 1_000,
    query_timeout: 1_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end();
  }
}

export function kafkaClient(endpoint: string, config: Partial<KafkaConfig> = {}): Kafka {
  return new Kafka({
    brokers: endpoint.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    ...config,
  });
}

export async function createTopic(kafka: Kafka, topic: string, partitions = 1): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: false });
    // A broker that has not heard of the topic yet answers with an error that the client does not wait out.
    await pollUntil(
      async () => {
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
        const leaders = topics.flatMap((found) => found.partitions.map(({ leader }) => leader));
        if (leaders.length < partitions || leaders.includes(-1))
          throw new Error(`${topic} has no leaders yet`);
      },
      { timeoutMs: 30_000 },
    );
  } finally {
    await admin.disconnect();
  }
}

export async function produce(kafka: Kafka, topic: string, values: readonly string[]): Promise<void> {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    await producer.send({ topic, acks: -1, messages: values.map((value) => ({ value })) });
  } finally {
    await producer.disconnect();
  }
}

/** The first `count` values of a topic, read by a consumer group of its own. */
export async function consume(kafka: Kafka, topic: string, count: number): Promise<string[]> {
  const consumer = kafka.consumer({ groupId: randomUUID(), sessionTimeout: 6_000 });
  const values: string[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on('consumer.crash', ({ payload }) => payload.restart || reject(payload.error));
      const eachMessage = async ({ message }: EachMessagePayload) => {
        values.push(String(message.value));
        if (values.length === count) resolve();
      };
      consumer.run({ eachMessage }).catch(reject);
    });
    return values;
  } finally {
    await consumer.disconnect();
  }
}

export async function endOffset(kafka: Kafka, topic: string): Promise<number> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const [partition] = await admin.fetchTopicOffsets(topic);
    return Number(partition?.high);
  } finally {
    await admin.disconnect();
  }
}
