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
    await guardrails.rebuild((into) => refillInOrder(into, log));
  },
});

it(`memory and Redis give the same answers in ${RUNS} stories of ${STEPS} steps`, async () => {
  let held = 0;
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
      held += inRedis.answers.filter(({ status }) => status === 'held').length;
    }),
    { numRuns: RUNS, seed: 20_260_303 },
  );
  expect(held).toBeGreaterThan(1_000);
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
      const grown = await counters();
      await player(guardrails).rebuild(log);
      expect(await counters()).toEqual(grown);
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
      // unknown before it was heard of.
      expect(endless.filter((kind) => !['ready', 'breaker', 'slot'].includes(kind))).toEqual([]);
    }),
    { numRuns: 30, seed: 20_260_303 },
  );
}, 60_000);

/** Everything but the slots themselves: those are compared by what they answer. */
async function counters(): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const key of (await redis.keys('*')).sort()) {
    if (!/:(slot:|ready$)/.test(key)) found[key] = await valueOf(key);
  }
  return found;
}

async function valueOf(key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'zset':
      return redis.zrange(key, '0', '-1', 'WITHSCORES');
    case 'set':
      return (await redis.smembers(key)).sort();
    case 'hash':
      return redis.hgetall(key);
    default:
      return redis.get(key);
  }
}
