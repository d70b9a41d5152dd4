import { startKafka } from './kafka.ts';
import { createTopic, endOffset, kafkaClient, produce, withPostgres, withRedis } from './lab-clients.ts';
import { describeLabServer } from './lab-contract.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';
import { startToxiproxy } from './toxiproxy.ts';

describeLabServer('redis', {
  start: () => startRedis({ persistence: 'aof' }),
  write: ({ endpoint }) => withRedis(endpoint, async (redis) => void (await redis.set('slot', 'taken'))),
  read: ({ endpoint }) => withRedis(endpoint, (redis) => redis.get('slot')),
  expected: 'taken',
});

describeLabServer('postgres', {
  start: () => startPostgres(),
  write: ({ endpoint }) =>
    withPostgres(endpoint, async (client) => {
      await client.query('create table slot (state text)');
      await client.query("insert into slot values ('taken')");
    }),
  read: ({ endpoint }) =>
    withPostgres(endpoint, async (client) => (await client.query<object>('select state from slot')).rows),
  expected: [{ state: 'taken' }],
});

describeLabServer('kafka', {
  start: () => startKafka(),
  async write({ endpoint }) {
    const kafka = kafkaClient(endpoint);
    await createTopic(kafka, 'slots');
    await produce(kafka, 'slots', ['a', 'b', 'c']);
  },
  read: ({ endpoint }) => endOffset(kafkaClient(endpoint), 'slots'),
  expected: 3,
});

describeLabServer('toxiproxy', {
  start: () => startToxiproxy(),
  write: async (server) => void (await server.createProxy('itself', new URL(server.endpoint).host)),
  async read({ endpoint }) {
    const response = await fetch(`${endpoint}/proxies/itself`, { signal: AbortSignal.timeout(1_000) });
    const { name, enabled } = (await response.json()) as { name: string; enabled: boolean };
    return { name, enabled };
  },
  expected: { name: 'itself', enabled: true },
});
