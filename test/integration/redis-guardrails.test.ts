import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ManualClock, systemClock } from '#lib/clock.ts';
import { redisGuardrails } from '../../services/decision/adapters/redis-guardrails.ts';
import { guardrailsContract } from '../contracts/guardrails.ts';
import { startRedis } from '../lab/redis.ts';
import type { LabServer } from '../lab/server.ts';
import { eventually } from '../support/eventually.ts';
import { aboutOf, slotWants } from '../support/slot-wants.ts';

let server: LabServer;
const clients: Redis[] = [];

beforeAll(async () => {
  server = await startRedis();
});
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await server.stop();
});

const connect = (): Redis => {
  const port = Number(server.endpoint.split(':').at(-1));
  const client = new Redis({ host: '127.0.0.1', port, enableOfflineQueue: false, lazyConnect: true });
  client.on('error', () => {});
  clients.push(client);
  return client;
};
const open = async (prefix: string = randomUUID(), change: { maxSkewMs?: number } = {}) => {
  const redis = connect();
  await redis.connect();
  const options = { redis, clock: systemClock, prefix, publishWithinMs: 10, ...change };
  return { redis, guardrails: redisGuardrails(options) };
};
/** For stories of hours. */
const anyClock = { maxSkewMs: Number.MAX_SAFE_INTEGER };
const ask = { about: aboutOf(), wants: slotWants(), record: 'r' };

guardrailsContract('redis', async () => (await open(randomUUID(), anyClock)).guardrails);

it('two instances share one store, and one of them rebuilds it', async () => {
  const prefix = randomUUID();
  const [a, b] = [await open(prefix), await open(prefix)];
  const results = await Promise.all([a, b].map((x) => x.guardrails.rebuild(async () => {})));
  expect(results.filter(Boolean)).toHaveLength(1);
  const slots = await Promise.all(
    [a, b].map((x, i) => x.guardrails.decide({ ...ask, decisionId: `dec-${i}`, now: new Date() })),
  );
  expect(slots.map((s) => s.status).sort()).toEqual(['held', 'refused']);
});

it('settles what is stored in the moment in which it is settled', async () => {
  const { redis, guardrails } = await open();
  await guardrails.rebuild(async () => {});
  const hget = redis.hget.bind(redis);
  const readThenStore = async (key: string, field: string) => {
    const found = await hget(key, field);
    redis.hget = hget;
    await guardrails.decide({ ...ask, decisionId: 'dec-1', now: new Date() });
    return found;
  };
  redis.hget = readThenStore;
  await guardrails.settle({ decisionId: 'dec-1', outcome: 'none', at: new Date() });
  const next = await guardrails.decide({ ...ask, decisionId: 'dec-2', now: new Date() });
  expect(next.status).toBe('held');
  expect(next.checks.map(({ observed }) => observed)).toContain('0 in 60 min');
});

it('lets no timer end what was granted after people were asked', async () => {
  const { redis, guardrails } = await open('granted');
  await guardrails.rebuild(async () => {});
  const asked = { ...ask, decisionId: 'dec-1', now: new Date() };
  await guardrails.decide({ ...asked, peek: true });
  const slot = '{granted:guardrails}:slot:dec-1';
  expect(await redis.pttl(slot)).toBeGreaterThan(0);
  await guardrails.grant(asked);
  expect(await redis.pttl(slot)).toBe(-1);
});

it('lets nobody write into what somebody else rebuilds', async () => {
  const { redis, guardrails } = await open('slow');
  const logged = { record: 'r', checks: [], trial: false, decidedAt: new Date() };
  const rebuilt = guardrails.rebuild(async (into) => {
    await redis.set('{slow:guardrails}:rebuilding', 'somebody else');
    await into.decision({ ...logged, decisionId: 'dec-1', wants: slotWants() });
  });
  await expect(rebuilt).rejects.toMatchObject({ code: 'GUARDRAILS_NOT_READY' });
  expect(await redis.keys('{slow:guardrails}:*')).toEqual(['{slow:guardrails}:rebuilding']);
  expect(await redis.get('{slow:guardrails}:rebuilding')).toBe('somebody else');
});

it('keeps its lease for as long as the log takes to read', async () => {
  const redis = connect();
  await redis.connect();
  const clock = new ManualClock(new Date());
  const guardrails = redisGuardrails({ redis, clock, prefix: 'long', publishWithinMs: 0 });
  const lease = '{long:guardrails}:rebuilding';
  const rebuilt = await guardrails.rebuild(async () => {
    await redis.pexpire(lease, 30_000);
    await clock.advance(20_000);
    await eventually(async () => expect(await redis.pttl(lease)).toBeGreaterThan(50_000));
  });
  expect(rebuilt).toBe(true);
});

it('refuses a clock that is off', async () => {
  const { guardrails } = await open();
  await guardrails.rebuild(async () => {});
  const off = new Date(Date.now() + 10 * 60_000);
  await expect(guardrails.decide({ ...ask, decisionId: 'dec-1', now: off })).rejects.toMatchObject({
    kind: 'unavailable',
    code: 'CLOCK_SKEW',
  });
});

it('refuses after FLUSHALL until it is rebuilt', async () => {
  const { redis, guardrails } = await open();
  await guardrails.rebuild(async () => {});
  await guardrails.decide({ ...ask, decisionId: 'dec-1', now: new Date() });
  await redis.flushall();
  await expect(guardrails.decide({ ...ask, decisionId: 'dec-2', now: new Date() })).rejects.toMatchObject({
    code: 'GUARDRAILS_NOT_READY',
  });
});

it('refuses after a restart that brought old data back', async () => {
  const { redis, guardrails } = await open();
  await guardrails.rebuild(async () => {});
  await guardrails.decide({ ...ask, decisionId: 'dec-1', now: new Date() });
  await redis.save();
  await guardrails.settle({ decisionId: 'dec-1', outcome: 'succeeded', at: new Date() });
  await server.kill();
  await server.restart();
  await eventually(async () => {
    await expect(guardrails.decide({ ...ask, decisionId: 'dec-2', now: new Date() })).rejects.toMatchObject({
      code: 'GUARDRAILS_NOT_READY',
    });
  });
  expect(await guardrails.isReady()).toBe(false);
  await guardrails.rebuild(async () => {});
  const next = await guardrails.decide({ ...ask, decisionId: 'dec-2', now: new Date() });
  expect(next.status).toBe('held');
});

it('answers once for each decision, also when the server has forgotten the scripts', async () => {
  const { redis, guardrails } = await open();
  await guardrails.rebuild(async () => {});
  const request = { ...ask, decisionId: 'dec-1', now: new Date() };
  const first = await guardrails.decide(request);
  await redis.script('FLUSH');
  const [again, second] = await Promise.all([
    guardrails.decide(request),
    guardrails.decide({ ...request, decisionId: 'dec-2' }),
  ]);
  expect(again).toEqual(first);
  expect(second.checks.map(({ observed }) => observed)).toContain('1 in 60 min');
});

it('says that Redis is away, at once', async () => {
  const { redis, guardrails } = await open();
  await guardrails.rebuild(async () => {});
  redis.disconnect();
  await expect(guardrails.decide({ ...ask, decisionId: 'dec-1', now: new Date() })).rejects.toMatchObject({
    kind: 'unavailable',
    code: 'REDIS_UNAVAILABLE',
  });
});
