import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ReportIncidentRequest } from '#gen/belay/v1/detector_service.ts';
import { ResolveReason } from '#gen/belay/v1/incident.ts';
import type { Bus } from '#lib/bus/bus.ts';
import { systemClock } from '#lib/clock.ts';
import type { EventOf } from '#lib/events/event.ts';
import { redisEpisodes } from '../../services/detector-adapter/adapters/redis-episodes.ts';
import { episodeKey } from '../../services/detector-adapter/domain/episode.ts';
import {
  type AdapterOptions,
  type HttpReply,
  type RunningAdapter,
  startAdapter,
  stopAdapters,
} from '../../services/detector-adapter/fixtures/start-adapter.ts';
import { episodePolicy, episodesContract, reportOf } from '../contracts/episodes.ts';
import { type LabKafka, startKafka } from '../lab/kafka.ts';
import { type LabRedis, startRedis } from '../lab/redis.ts';
import { eventually } from '../support/eventually.ts';

let kafka: LabKafka;
let server: LabRedis;
const clients: Redis[] = [];

beforeAll(async () => {
  [kafka, server] = await Promise.all([startKafka(), startRedis()]);
});
afterEach(async () => {
  kafka.resume();
  server.resume();
  await stopAdapters();
});
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await Promise.all([kafka?.stop(), server?.stop()]);
});

const connect = (): Redis => {
  const redis = new Redis(server.endpoint, { autoResendUnfulfilledCommands: false });
  redis.on('error', () => {});
  clients.push(redis);
  return redis;
};
const openStore = (change: object = {}) => {
  const redis = connect();
  const options = {
    redis,
    clock: systemClock,
    policy: episodePolicy,
    prefix: randomUUID(),
    publishWithinMs: 1,
  };
  return { redis, episodes: redisEpisodes({ ...options, ...change }) };
};

episodesContract('redis', async () => openStore({ maxSkewMs: Number.MAX_SAFE_INTEGER }).episodes);

describe('episodes in Redis', () => {
  const nothing = async () => new Map();
  const fire = (episodes: ReturnType<typeof redisEpisodes>, fingerprint: string, now = new Date()) =>
    episodes.apply(episodeKey(reportOf(fingerprint)), { type: 'firing', report: reportOf(fingerprint) }, now);

  it('are shared by two instances, of which one rebuilds them and one opens each', async () => {
    const prefix = randomUUID();
    const stores = [openStore({ prefix }).episodes, openStore({ prefix }).episodes];
    const rebuilt = await Promise.all(stores.map((episodes) => episodes.rebuild(nothing)));
    expect(rebuilt.filter(Boolean)).toHaveLength(1);
    const steps = await Promise.all(
      Array.from({ length: 200 }, (_, i) => fire(stores[i % 2] as (typeof stores)[number], 'f')),
    );
    expect(steps.filter(({ outcome }) => outcome === 'opened')).toHaveLength(1);
  });

  it('are not filled, nor opened, by a rebuild that was overtaken', async () => {
    const prefix = randomUUID();
    const [slow, quick] = [openStore({ prefix }), openStore({ prefix })];
    const answer = await slow.episodes.rebuild(async () => {
      // As when its lease ran out while it stood still.
      await quick.redis.del(`{${prefix}:episodes}:rebuilding`);
      expect(await quick.episodes.rebuild(nothing)).toBe(true);
      await fire(quick.episodes, 'f');
      const old = {
        phase: 'cooling' as const,
        incidentId: 'inc-old',
        service: 's',
        startedAtMs: 1,
        endedAtMs: 1,
      };
      return new Map([[episodeKey(reportOf('f')), old]]);
    });
    expect(answer).toBe(false);
    expect((await fire(quick.episodes, 'f')).outcome).toBe('repeated');
    expect(await quick.episodes.keyOf('inc-old')).toBeUndefined();
  });

  it('refuse a clock that is off', async () => {
    const { episodes } = openStore();
    await episodes.rebuild(nothing);
    const off = new Date(Date.now() + 10 * 60_000);
    await expect(fire(episodes, 'f', off)).rejects.toMatchObject({ kind: 'unavailable', code: 'CLOCK_SKEW' });
  });

  it('refuse after FLUSHALL, and after a restart that brought old data back', async () => {
    const { redis, episodes } = openStore();
    await episodes.rebuild(nothing);
    await redis.flushall();
    await expect(fire(episodes, 'f')).rejects.toMatchObject({ code: 'EPISODES_NOT_READY' });
    await episodes.rebuild(nothing);
    await fire(episodes, 'f');
    await redis.save();
    await server.kill();
    await server.restart();
    await eventually(async () => {
      await expect(fire(episodes, 'g')).rejects.toMatchObject({ code: 'EPISODES_NOT_READY' });
    });
    expect(await redis.exists(...(await redis.keys('*:ready')))).toBeGreaterThan(0);
    expect(await episodes.isReady()).toBe(false);
    await expect(episodes.keyOf('inc-1')).rejects.toMatchObject({ code: 'EPISODES_NOT_READY' });
  });
});

/** Instances of one system: its topics and its episodes are nobody else's. */
const newSystem = () => {
  const name = randomUUID().slice(0, 8);
  return (options: AdapterOptions = {}) =>
    startAdapter({
      publishWithinMs: 500,
      ...options,
      config: {
        bus: { kind: 'kafka', brokers: kafka.endpoint.split(','), topicPrefix: `${name}.`, clientId: name },
        episodes: { kind: 'redis', url: server.endpoint, prefix: name },
        http: { port: 0, maxRequestsPerSecond: 10_000, timeoutMs: 4_000 },
        ...options.config,
      },
    });
};
const incident = (fingerprint: string) => ({
  service: 'api-server',
  symptom: 'CrashLoopBackOff',
  fingerprint,
});
const report = (adapter: RunningAdapter, fingerprint: string) =>
  adapter.post('/v1/incidents', incident(fingerprint));
const ready = (...adapters: RunningAdapter[]) =>
  eventually(async () => {
    for (const adapter of adapters) expect(await adapter.ready()).toBe(true);
  }, 30_000);
const idOf = ({ body }: HttpReply) => String(body['incidentId']);

type Reported = EventOf<'IncidentReported'>;
const reportsIn = async (adapter: RunningAdapter): Promise<Reported[]> =>
  (await adapter.events('incident')).filter((event) => event.type === 'IncidentReported');
const distinct = <T>(items: readonly T[]): T[] => [...new Set(items)];

describe('detector-adapter on Kafka and Redis', () => {
  it('has what it reports on the topic when it answers, through both doors', async () => {
    const adapter = await newSystem()();
    await ready(adapter);
    const viaHttp = await report(adapter, 'f');
    expect(viaHttp.status).toBe(201);
    const viaGrpc = await adapter
      .grpc('prometheus')
      .reportIncident(ReportIncidentRequest.fromPartial(incident('f')));
    const reports = await reportsIn(adapter);
    expect(reports.map(({ data }) => `${data.source} ${data.incidentId}`).toSorted()).toEqual([
      `grpc ${viaGrpc.incidentId}`,
      `http ${idOf(viaHttp)}`,
    ]);
  });

  it('opens one incident, with one event id, for two hundred reports at two instances', async () => {
    const start = newSystem();
    const adapters = [await start(), await start()] as const;
    await ready(...adapters);
    for (const fingerprint of ['a', 'b', 'c']) {
      const replies = await Promise.all(
        Array.from({ length: 200 }, (_, i) => report(i % 2 ? adapters[0] : adapters[1], fingerprint)),
      );
      expect(distinct(replies.map(idOf))).toHaveLength(1);
      expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(replies.every(({ status }) => status < 300)).toBe(true);
    }
    const reports = await reportsIn(adapters[0]);
    expect(distinct(reports.map(({ id }) => id))).toHaveLength(3);
  });

  it('loses nothing and opens nothing twice when Redis forgets everything under traffic', async () => {
    const start = newSystem();
    const adapters = [await start(), await start()] as const;
    await ready(...adapters);
    const taken = new Map<string, string[]>();
    const refused: HttpReply[] = [];
    let going = true;
    const traffic = Array.from({ length: 4 }, async (_, worker) => {
      for (let i = 0; going; i += 1) {
        const fingerprint = `${worker}-${i % 20}`;
        const reply = await report(adapters[i % 2] as RunningAdapter, fingerprint);
        if (reply.status < 300) taken.set(fingerprint, [...(taken.get(fingerprint) ?? []), idOf(reply)]);
        else refused.push(reply);
      }
    });
    await eventually(() => expect(taken.size).toBeGreaterThan(30), 20_000);
    await connect().flushall();
    await eventually(() => expect(refused.length).toBeGreaterThan(0), 20_000);
    const before = [...taken.values()].flat().length;
    await eventually(() => expect([...taken.values()].flat().length).toBeGreaterThan(before + 100), 30_000);
    going = false;
    await Promise.all(traffic);

    for (const { status, headers, body } of refused) {
      expect([status, (body['error'] as { code: string }).code]).toEqual([503, 'EPISODES_NOT_READY']);
      expect(headers.get('retry-after')).toBe('2');
    }
    const told = new Set((await reportsIn(adapters[0])).map(({ data }) => data.incidentId));
    for (const [fingerprint, ids] of taken) {
      expect([fingerprint, distinct(ids)]).toEqual([fingerprint, ids.slice(0, 1)]);
      expect(told.has(ids[0] ?? '')).toBe(true);
    }
    expect(told.size).toBe(taken.size);
  });

  it('answers 503 in time while the broker stands still; the retry has the same id', async () => {
    const start = newSystem();
    const adapters = [await start(), await start()] as const;
    await ready(...adapters);
    const first = await report(adapters[0], 'before');
    kafka.pause();
    const askedAt = performance.now();
    const late = await report(adapters[0], 'f');
    expect(late.status).toBe(503);
    expect(performance.now() - askedAt).toBeLessThan(8_000);
    // What the log has already needs no send.
    expect((await report(adapters[1], 'before')).body).toEqual({ ...first.body, alreadyOpen: true });
    kafka.resume();
    const [again, elsewhere] = await eventually(async () => {
      const replies = [await report(adapters[0], 'f'), await report(adapters[1], 'f')] as const;
      for (const { status } of replies) expect(status).toBe(200);
      return replies;
    }, 30_000);
    expect(idOf(again)).toBe(idOf(elsewhere));
    const reports = await eventually(() => reportsIn(adapters[0]), 30_000);
    const ours = reports.filter(({ data }) => data.fingerprint === 'f');
    expect(distinct(ours.map(({ id }) => id))).toHaveLength(1);
    expect(ours[0]?.data.incidentId).toBe(idOf(again));
  });

  it('tells through another instance what one opened and died with', async () => {
    const start = newSystem();
    const death = Promise.withResolvers<never>();
    let asked = 0;
    const dumb = (real: Bus): Bus =>
      new Proxy(real, {
        get: (target, name) => {
          const value: unknown = Reflect.get(target, name);
          if (name !== 'publish')
            return typeof value === 'function' ? (value.bind(target) as unknown) : value;
          return async () => {
            asked += 1;
            // Not sent, and not answered for as long as anybody looks: the end of a process.
            await death.promise;
          };
        },
      });
    try {
      const [dying, healthy] = [await start({ bus: dumb }), await start()];
      await ready(dying, healthy);
      void report(dying, 'f').catch(() => {});
      await eventually(() => expect(asked).toBe(1));
      expect(await reportsIn(healthy)).toEqual([]);
      const reply = await report(healthy, 'f');
      expect(reply.status).toBe(200);
      expect((await reportsIn(healthy)).map(({ data }) => data.incidentId)).toEqual([idOf(reply)]);
    } finally {
      death.reject(new Error('died'));
    }
  });

  it('ends what fell silent once, with two instances that look', async () => {
    const start = newSystem();
    const config = { incidents: { staleAfterMs: 1_000 } };
    const adapters = [await start({ config }), await start({ config })] as const;
    await ready(...adapters);
    const ids = await Promise.all(['a', 'b', 'c'].map(async (f) => idOf(await report(adapters[0], f))));
    const ends = await eventually(async () => {
      const events = await adapters[0].events('incident');
      const resolved = events.filter((event) => event.type === 'IncidentResolved');
      expect(distinct(resolved.map(({ data }) => data.incidentId)).sort()).toEqual(ids.toSorted());
      return resolved;
    }, 30_000);
    expect(ends.every(({ data }) => data.reason === ResolveReason.STALE)).toBe(true);
    expect(distinct(ends.map(({ id }) => id))).toHaveLength(3);
  });

  it('refuses while Redis stands still or is gone, and goes on when it is back', async () => {
    const adapter = await newSystem()();
    await ready(adapter);
    const { body } = await report(adapter, 'f');
    server.pause();
    expect(await report(adapter, 'f')).toMatchObject({
      status: 503,
      body: { error: { code: 'REDIS_UNAVAILABLE' } },
    });
    server.resume();
    await eventually(async () =>
      expect((await report(adapter, 'f')).body).toEqual({ ...body, alreadyOpen: true }),
    );
    await server.kill();
    const askedAt = performance.now();
    expect((await report(adapter, 'f')).status).toBe(503);
    expect(performance.now() - askedAt).toBeLessThan(1_500);
    await server.restart();
    await eventually(
      async () => expect((await report(adapter, 'f')).body).toEqual({ ...body, alreadyOpen: true }),
      30_000,
    );
    expect(await reportsIn(adapter)).toHaveLength(1);
  });
});
