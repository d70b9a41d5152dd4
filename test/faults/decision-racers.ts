import { Redis } from 'ioredis';
import { messageOf } from '#lib/errors.ts';
import { startRedis } from '../lab/redis.ts';
import { forkOf, type Part, pickOf, wholeOf } from './decision-part.ts';
import type { End, RaceAnswer } from './decision-racer.ts';
import { type Crew, startCrew } from './decision-racer-crew.ts';
import { judgeRace, RACES, type Race, raceOf } from './decision-races.ts';

const PROCESSES = 4;
const RACERS = 200;
const HOUR_MS = 3_600_000;
/** The store is emptied now and then: slots are kept for days, and each round looks at all keys. */
const ROUNDS_A_STORE = 24;

/** Many processes ask for more than every cap lets in, settle what they got, and leave nothing behind. */
export const racers: Part = async ({ quick, random }) => {
  const rounds = quick ? 24 : 1_000;
  const server = await startRedis();
  const redis = new Redis(server.endpoint);
  const crew = startCrew(PROCESSES, server.endpoint);
  const violations: string[] = [];
  let granted = 0;
  try {
    for (let round = 0; round < rounds; round += 1) {
      if (round % ROUNDS_A_STORE === 0) await empty(redis, crew);
      const chance = forkOf(random);
      const race = raceOf(RACES[round % RACES.length] as string, round, RACERS, chance);
      const played = await playRace({ crew, redis, random: chance }, race, round);
      violations.push(...played.problems.map((problem) => `round ${round}: ${problem}`));
      granted += played.granted;
    }
  } catch (error) {
    violations.push(messageOf(error));
  } finally {
    crew.stop();
    redis.disconnect();
    await server.stop();
  }
  return {
    trials: rounds,
    violations,
    told: `${RACERS} racers a round from ${PROCESSES} processes, ${granted} granted`,
  };
};

interface Arena {
  readonly crew: Crew;
  readonly redis: Redis;
  readonly random: () => number;
}

async function empty(redis: Redis, crew: Crew): Promise<void> {
  await redis.flushall();
  await crew.one(0, { what: 'rebuild' });
}

/** Rounds are two hours apart: nothing that an earlier one counted is in the way. */
async function playRace(arena: Arena, race: Race, round: number) {
  const { crew, redis } = arena;
  const nowMs = Date.UTC(2026, 2, 3) + round * 2 * HOUR_MS;
  if (race.halfOpen) await openBreaker(crew, race, nowMs - HOUR_MS);
  const answers = await crew.together((process) => {
    const asks = race.asks.filter((_, i) => i % crew.size === process);
    return { what: 'ask', nowMs, asks };
  });
  const problems = judgeRace(race, answers);
  const held = answers.filter(({ status }) => status === 'held');
  await settleAll(arena, held, nowMs + 1_000);
  return { granted: held.length, problems: [...problems, ...(await leaks(redis, held))] };
}

async function openBreaker(crew: Crew, { asks }: Race, atMs: number): Promise<void> {
  const [first] = asks;
  if (!first) return;
  const decisionId = `${first.decisionId}-fails`;
  await crew.one(0, { what: 'ask', nowMs: atMs, asks: [{ ...first, decisionId }] });
  await crew.one(0, { what: 'settle', atMs, ends: [{ decisionId, outcome: 'failed' }] });
}

/** Some twice and from several processes. Where nobody knows what happened, a person looks afterwards. */
async function settleAll({ crew, random }: Arena, held: readonly RaceAnswer[], atMs: number): Promise<void> {
  const ends = held.map(({ decisionId }): End => {
    const outcome = pickOf(['none', 'succeeded', 'failed', 'unknown'] as const, random);
    return { decisionId, outcome };
  });
  const places = ends.map(
    () => new Set([wholeOf(0, crew.size - 1, random), wholeOf(0, crew.size - 1, random)]),
  );
  await crew.together((process) => {
    return { what: 'settle', atMs, ends: ends.filter((_, i) => places[i]?.has(process)) };
  });
  const resolved = ends.filter(({ outcome }) => outcome === 'unknown');
  await crew.one(wholeOf(0, crew.size - 1, random), {
    what: 'settle',
    atMs,
    ends: resolved.map(({ decisionId }) => ({
      decisionId,
      outcome: pickOf(['none', 'failed'] as const, random),
    })),
  });
}

/** An empty set is no key: there must be no lock and no set of what is under way, and no slot that is held. */
async function leaks(redis: Redis, held: readonly RaceAnswer[]): Promise<string[]> {
  const keys = (await redis.keys('*')).filter((key) => /:(running|lock):/.test(key));
  const statuses = await Promise.all(
    held.map(({ decisionId }) => redis.hget(`{belay:guardrails}:slot:${decisionId}`, 'status')),
  );
  const open = statuses.filter((status) => status !== 'released');
  const trials = await trialsOf(redis);
  return [
    ...keys.map((key) => `left behind: ${key}`),
    ...(open.length > 0 ? [`${open.length} slots are not released: ${open.join(', ')}`] : []),
    ...trials.map((trial) => `a breaker still waits for ${trial}`),
  ];
}

async function trialsOf(redis: Redis): Promise<string[]> {
  const breakers = (await redis.keys('*')).filter((key) => key.includes(':breaker:'));
  const trials = await Promise.all(breakers.map((key) => redis.hget(key, 'trial')));
  return trials.filter((trial): trial is string => Boolean(trial));
}
