import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '#lib/clock.ts';
import { memoryGuardrails } from '../../services/decision/adapters/memory-guardrails.ts';
import { redisGuardrails } from '../../services/decision/adapters/redis-guardrails.ts';
import { refillInOrder } from '../../services/decision/handlers/refill-in-order.ts';
import type { Guardrails } from '../../services/decision/ports.ts';
import { type LabRedis, startRedis } from '../lab/redis.ts';
import { type Player, playStory, stories } from '../support/guardrail-stories.ts';

const RUNS = 250;
const STEPS = 45;

let server: LabRedis;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis({ host: '127.0.0.1', port: server.port });
  // Each store listens on the one connection.
  redis.setMaxListeners(0);
});
afterAll(async () => {
  redis?.disconnect();
  await server?.stop();
});

const openRedis = () =>
  redisGuardrails({
    redis,
    clock: systemClock,
    publishWithinMs: 0,
    // The stories have a clock of their own.
    maxSkewMs: Number.MAX_SAFE_INTEGER,
  });

const player = (guardrails: Guardrails): Player => ({
  decide: (request) => guardrails.decide(request),
  grant: (request) => guardrails.grant(request),
  settle: (settlement) => guardrails.settle(settlement),
  withdraw: (withdrawal) => guardrails.withdraw(withdrawal),
  resetBreaker: (reset) => guardrails.resetBreaker(reset),
  rebuild: async (log) => {
    await guardrails.rebuild((into) => refillInOrder(into, log, (decision) => decision));
  },
});

it(`memory and Redis give the same answers in ${RUNS} stories of ${STEPS} steps`, async () => {
  let held = 0;
  let standing = 0;
  await fc.assert(
    fc.asyncProperty(stories(STEPS), async (story) => {
      await redis.flushall();
      const [memory, stored] = [memoryGuardrails(), openRedis()];
      await Promise.all([memory, stored].map((guardrails) => guardrails.rebuild(async () => {})));
      const inMemory = await playStory(story, player(memory));
      const inRedis = await playStory(story, player(stored));
      expect(inRedis.answers).toEqual(inMemory.answers);
      expect(inRedis.breakers).toEqual(inMemory.breakers);
      const now = new Date(inMemory.nowMs);
      const recent = await memory.recentRuns(now);
      expect(await stored.recentRuns(now)).toEqual(recent);
      expect(await stored.observe(recent, now)).toEqual(await memory.observe(recent, now));
      const storms = await memory.storms(now);
      expect(await stored.storms(now)).toEqual(storms);
      standing += storms.length;
      held += inRedis.answers.filter(({ status }) => status === 'held').length;
    }),
    { numRuns: RUNS, seed: 20_260_303 },
  );
  expect(held).toBeGreaterThan(1_000);
  expect(standing).toBeGreaterThan(10);
}, 60_000);

it('a rebuilt Redis counts what had grown in it', async () => {
  await fc.assert(
    fc.asyncProperty(stories(STEPS), async (story) => {
      await redis.flushall();
      const guardrails = openRedis();
      await guardrails.rebuild(async () => {});
      const log = await playStory(
        // What was withdrawn is still shown to people as taken last, by a store that has seen it.
        story.filter(({ what }) => what !== 'rebuild' && what !== 'withdraw'),
        player(guardrails),
      );
      const grown = await counters(log.nowMs);
      await player(guardrails).rebuild(log);
      expect(await counters(log.nowMs)).toEqual(grown);
    }),
    { numRuns: 60, seed: 20_260_303 },
  );
}, 60_000);

it('leaves no counter behind that has no end and counts nothing', async () => {
  await fc.assert(
    fc.asyncProperty(stories(STEPS), async (story) => {
      await redis.flushall();
      const guardrails = openRedis();
      await guardrails.rebuild(async () => {});
      const { decisions, nowMs } = await playStory(story, player(guardrails));
      const at = new Date(nowMs);
      for (const { decisionId } of decisions) {
        await guardrails.settle({ decisionId, outcome: 'succeeded', at });
      }
      const endless = [];
      for (const key of await redis.keys('*')) {
        if ((await redis.pttl(key)) === -1) endless.push(key.replace(/^.*\}:/, '').replace(/:.*/, ''));
      }
      // Breakers that are not closed, one a runbook at most, are meant to last; so is what was settled as
      // unknown before it was heard of. The rest are one for each source or target, and one of all.
      const lasts = ['ready', 'breaker', 'slot', ...Object.keys(KEPT_MS)];
      expect(endless.filter((kind) => !lasts.includes(kind))).toEqual([]);
    }),
    { numRuns: 30, seed: 20_260_303 },
  );
}, 60_000);

/** How long those windows keep what they count at least. They throw it away when it suits them. */
const KEPT_MS: Readonly<Record<string, number>> = {
  seen: 172_800_000,
  asked: 120_000,
  budget: 172_800_000,
  recent: 604_800_000,
};
const KEPT_OTHERS_MS = 7_200_000;

/** Everything but the slots themselves: those are compared by what they answer. */
async function counters(nowMs: number): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const key of (await redis.keys('*')).sort()) {
    const [kind = ''] = key.replace(/^.*\}:/, '').split(':');
    if (kind === 'slot' || kind === 'ready') continue;
    const value = await valueOf(key, nowMs - (KEPT_MS[kind] ?? KEPT_OTHERS_MS));
    if (!isDeepStrictEqual(value, [])) found[key] = value;
  }
  return found;
}

async function valueOf(key: string, sinceMs: number): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'zset':
      return redis.zrange(key, `(${sinceMs}`, '+inf', 'BYSCORE', 'WITHSCORES');
    case 'set':
      return (await redis.smembers(key)).sort();
    case 'hash':
      return redis.hgetall(key);
    default:
      return redis.get(key);
  }
}
