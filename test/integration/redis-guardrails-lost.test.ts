import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock, systemClock } from '#lib/clock.ts';
import { redisGuardrails } from '../../services/decision/adapters/redis-guardrails.ts';
import { guardrailKeys } from '../../services/decision/adapters/redis-keys.ts';
import { type LabRedis, startRedis } from '../lab/redis.ts';
import type { LabProxy } from '../lab/toxiproxy-client.ts';
import { type LabToxiproxy, startToxiproxy } from '../lab/toxiproxy.ts';
import { eventually } from '../support/eventually.ts';
import { aboutOf, slotWants } from '../support/slot-wants.ts';

// A store that is not the one it was, in ways that it cannot say by itself.
let server: LabRedis;
let other: LabRedis;
let toxiproxy: LabToxiproxy;
const clients: Redis[] = [];

beforeAll(async () => {
  [server, other, toxiproxy] = await Promise.all([startRedis(), startRedis(), startToxiproxy()]);
});
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await Promise.all([server, other, toxiproxy].map((started) => started?.stop()));
});

const open = async (port = server.port, change: { clock?: ManualClock; publishWithinMs?: number } = {}) => {
  const redis = new Redis({ host: '127.0.0.1', port, enableOfflineQueue: false, lazyConnect: true });
  redis.on('error', () => {});
  clients.push(redis);
  await redis.connect();
  const prefix = randomUUID();
  const guardrails = redisGuardrails({ redis, clock: systemClock, prefix, publishWithinMs: 0, ...change });
  const ask = (decisionId: string) =>
    guardrails.decide({
      decisionId,
      about: aboutOf(),
      wants: slotWants(),
      record: 'r',
      now: new Date(),
    });
  return { redis, guardrails, ask, ...guardrailKeys(prefix) };
};
const NOT_READY = { code: 'GUARDRAILS_NOT_READY' };

describe('a server that may throw slots away', () => {
  const policy = (value: string) => clients[0]?.config('SET', 'maxmemory-policy', value);

  it.each(['allkeys-lru', 'volatile-ttl'])('is refused, with what to do: %s', async (value) => {
    const { guardrails, ask, redis, ready } = await open();
    await guardrails.rebuild(async () => {});
    expect(await ask('dec-0')).toMatchObject({ status: 'held' });
    try {
      await policy(value);
      await expect(guardrails.isReady()).rejects.toMatchObject({
        kind: 'unavailable',
        code: 'GUARDRAILS_EVICTED',
        message: expect.stringContaining(value),
        next: 'set maxmemory-policy noeviction',
      });
      // Refused on connections that were fine before, too.
      await expect(ask('dec-1')).rejects.toMatchObject(NOT_READY);
      await expect(guardrails.rebuild(async () => {})).rejects.toMatchObject({ code: 'GUARDRAILS_EVICTED' });
      expect(await redis.exists(ready)).toBe(0);
    } finally {
      await policy('noeviction');
    }
    expect(await guardrails.isReady()).toBe(false);
    await guardrails.rebuild(async () => {});
    expect(await ask('dec-1')).toMatchObject({ status: 'held' });
  });

  it('is refused when it has done so, even if it no longer would', async () => {
    const { guardrails, ask, redis } = await open(other.port);
    await guardrails.rebuild(async () => {});
    await redis.config('SET', 'maxmemory-policy', 'volatile-ttl');
    await redis.set('somebody', 'else', 'EX', 1_000);
    await redis.config('SET', 'maxmemory', '1');
    await eventually(async () => expect(await redis.exists('somebody')).toBe(0));
    await redis.config('SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction');
    expect(await guardrails.isReady()).toBe(false);
    await expect(ask('dec-1')).rejects.toMatchObject(NOT_READY);
  });
});

describe('an address that is another server by now', () => {
  let proxy: LabProxy;
  const at = ({ port }: LabRedis) => `127.0.0.1:${port}`;

  it('refuses the old one when it is back as it was left', async () => {
    proxy = await toxiproxy.createProxy('redis', at(server));
    const { guardrails, ask } = await open(proxy.port);
    await guardrails.rebuild(async () => {});
    expect(await ask('dec-1')).toMatchObject({ status: 'held' });
    await proxy.redirect(at(other));
    await eventually(async () => expect(await guardrails.isReady()).toBe(false));
    await guardrails.rebuild(async () => {});
    await guardrails.settle({ decisionId: 'dec-1', outcome: 'succeeded', at: new Date() });
    expect(await ask('dec-2')).toMatchObject({ status: 'held' });
    await proxy.redirect(at(server));
    await eventually(async () => await expect(ask('dec-3')).rejects.toMatchObject(NOT_READY));
    expect(await guardrails.isReady()).toBe(false);
  });
});

describe('a rebuild', () => {
  it('closes what a version before had filled, which lays it out differently', async () => {
    const { redis, guardrails, ask, readyBefore } = await open();
    await redis.set(readyBefore, `some process ${Date.now()}`);
    await expect(ask('dec-1')).rejects.toMatchObject(NOT_READY);
    await guardrails.rebuild(async () => expect(await redis.exists(readyBefore)).toBe(0));
    expect(await ask('dec-1')).toMatchObject({ status: 'held' });
  });

  it('opens for good where the clock of the server is behind the one of before', async () => {
    const { redis, guardrails, ask, ready } = await open();
    await guardrails.rebuild(async () => {});
    const [state] = String(await redis.get(ready)).split(' ');
    await redis.set(ready, `${state} ${Date.now() + 600_000}`);
    expect(await guardrails.isReady()).toBe(true);
    await redis.del(ready);
    await guardrails.rebuild(async () => {});
    expect(await guardrails.isReady()).toBe(true);
    expect(await ask('dec-1')).toMatchObject({ status: 'held' });
  });

  it('does not open what was emptied behind its back', async () => {
    const { redis, guardrails, ask } = await open();
    const info = redis.info.bind(redis);
    const rebuilt = guardrails.rebuild(async () => {
      redis.info = async () => {
        const said = await info();
        await redis.flushall();
        return said;
      };
    });
    expect(await rebuilt).toBe(false);
    redis.info = info;
    expect(await guardrails.isReady()).toBe(false);
    await expect(ask('dec-1')).rejects.toMatchObject(NOT_READY);
  });

  it('that has lost its lease clears nothing that somebody else has filled', async () => {
    const clock = new ManualClock(new Date());
    const { redis, guardrails, tag, rebuilding } = await open(server.port, {
      clock,
      publishWithinMs: 10_000,
    });
    const slow = guardrails.rebuild(async () => {});
    await eventually(async () => expect(await redis.exists(rebuilding)).toBe(1));
    await redis.set(rebuilding, 'somebody else');
    await redis.set(`${tag}:lock:w`, 'dec-1');
    await eventually(async () => {
      await clock.advance(10_000);
      expect(await Promise.race([slow, Promise.resolve('still at it')])).toBe(false);
    });
    expect(await redis.get(`${tag}:lock:w`)).toBe('dec-1');
    expect(await redis.get(rebuilding)).toBe('somebody else');
  });
});
