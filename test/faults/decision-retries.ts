import pg from 'pg';
import { Effect, SettledOutcome } from '#gen/belay/v1/verification.ts';
import { systemClock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import type { RunbookVariant } from '../support/decision-stack.ts';
import { judge } from './decision-judge.ts';
import { type Part, pickOf, shuffled } from './decision-part.ts';
import { followRetries, type RetryProgress } from './decision-retry-progress.ts';
import { RETRY_STRIKES, type RetryStrike, slotsOf } from './decision-retry-strikes.ts';
import type { Fate } from './decision-settler.ts';
import { openSystem, type System } from './decision-system.ts';
import type { Place } from './decision-traffic.ts';

const INSTANCES = 3;
const AT_ONCE = 40;
/** Each with every strike. */
const FULL_ROUNDS = 9;
const TARGET = 'north';
const MANY = 10_000;
/** So long does an action take at most. */
const ACTS_MS = 1_500;
/** Nothing is in the way of anybody, so that what is tried again is granted. */
const WIDE: RunbookVariant = {
  name: 'again',
  cause: 'pod_crash_loop',
  guardrails: {
    maxExecutionsPerHour: 1_000,
    cooldownMinutes: 0,
    maxConcurrentActions: 100,
    maxConcurrentActionsPerNamespace: 100,
    circuitBreaker: { failures: 100, recoverySeconds: 1 },
  },
};

/** Actions come to nothing, and instances are killed until each has been tried once more, and no more than that. */
export const retries: Part = async ({ quick, random, servers }) => {
  const started = await servers();
  const system = await openSystem(started, {
    name: 'retries',
    brokers: started.kafka.directEndpoint,
    instances: INSTANCES,
    publishWithinMs: 1_000,
    runbooks: [WIDE],
    concurrency: { global: MANY, perTarget: MANY, perNamespace: MANY, perService: MANY },
    targets: [TARGET],
    nextFate: () => fate(random),
    maxAttempts: 2,
  });
  const db = new pg.Client({ connectionString: system.databaseUrl });
  await db.connect();
  const hits = { 'before it waited': 0, 'while it waited': 0, 'behind its slot': 0, 'behind its order': 0 };
  const scene: Scene = { system, db, random, progress: followRetries(system), hits };
  const kinds = Object.keys(RETRY_STRIKES);
  const strikes = quick ? kinds.slice(0, 1) : Array.from({ length: FULL_ROUNDS }, () => kinds).flat();
  let violations: string[];
  try {
    for (const [index, kind] of strikes.entries()) {
      await play(scene, RETRY_STRIKES[kind] as (typeof RETRY_STRIKES)[string]);
      console.log(`    ${index + 1} of ${strikes.length}: ${kind}`);
    }
    violations = [...(await judge(system)), ...scene.progress.strayed([...system.traffic.reported.keys()])];
  } catch (error) {
    violations = [messageOf(error)];
  } finally {
    await db.end();
    await system.stop();
  }
  const told = Object.entries(hits).map(([hit, count]) => `${hit} ${count}`);
  return { trials: system.traffic.reported.size, violations, told: `killed ${told.join(', ')}` };
};

/** As executors and verifiers say that an action came to nothing for now. */
const PASSING = [
  { outcome: SettledOutcome.REFUSED, code: 'target_busy' },
  { outcome: SettledOutcome.REFUSED, code: 'expired' },
  { outcome: SettledOutcome.NEVER_STARTED, code: 'never_started' },
];

function fate(random: () => number): Fate {
  const afterMs = random() * ACTS_MS;
  const done: Fate = { outcome: SettledOutcome.VERIFIED, effect: Effect.DONE, afterMs: 0 };
  return { ...pickOf(PASSING, random), effect: Effect.NONE, afterMs, again: done };
}

interface Scene {
  readonly system: System;
  readonly db: pg.Client;
  readonly random: () => number;
  readonly progress: RetryProgress;
  /** How far the retry of an incident was when an instance was killed: that the faults struck where they were meant to. */
  readonly hits: Record<
    'before it waited' | 'while it waited' | 'behind its slot' | 'behind its order',
    number
  >;
}

/** All instances are killed while what came to nothing waits or is tried again, and started again. */
async function play(scene: Scene, strike: (typeof RETRY_STRIKES)[string]): Promise<void> {
  const { system, progress, random } = scene;
  const { log, traffic, stack } = system;
  const known = traffic.reported.size;
  await traffic.report(Array.from({ length: AT_ONCE }, (_, i) => placeOf(known + i)));
  const ids = [...traffic.reported.keys()].slice(known);
  const turning = new AbortController();
  const turned: Promise<void>[] = [];
  const struck: RetryStrike = {
    ...{ system, progress, random, ids },
    turnTheClock: () => void turned.push(turnTheClock(scene, turning.signal)),
    killAll: async (pause = async () => {}) => {
      for (const instance of shuffled(stack.instances, random)) {
        await pause();
        await count(scene, struck);
        await instance.kill();
      }
    },
  };
  try {
    await strike(struck);
    await outliveClaims(scene);
    await Promise.all(stack.instances.map((instance) => instance.start()));
    await log.until(
      () => ids.every((id) => progress.isThrough(id)),
      () => `not tried again: ${ids.filter((id) => !progress.isThrough(id)).join(', ')}`,
    );
    await traffic.drained();
  } finally {
    turning.abort();
    await Promise.all(turned);
  }
}

const placeOf = (n: number): Place => ({
  target: TARGET,
  namespace: 'shop',
  service: `svc-${n}`,
  pod: `svc-${n}-1`,
  cause: WIDE.cause,
});

/** What waits is due at once, but for what somebody has in hand. */
async function turnTheClock({ db }: Scene, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await db.query(
      `update decision.cases set due_at = now()
       where state = 'retrying' and not coalesce((data ->> 'isTaking')::boolean, false)`,
    );
    await systemClock.sleep(TURNS_EVERY_MS, signal);
  }
}

const TURNS_EVERY_MS = 100;

/** What the dead had in hand is free, as after an outage that is longer than any of them may keep it. */
const outliveClaims = ({ db }: Scene) =>
  db.query(
    `update decision.cases set due_at = now(), claimed_by = null, claimed_until = null where state = 'retrying'`,
  );

async function count({ progress, hits }: Scene, strike: RetryStrike): Promise<void> {
  const granted = await slotsOf(strike);
  for (const id of strike.ids) {
    if (progress.isThrough(id)) continue;
    const decided = progress.of(id).length;
    if (decided < 2) hits['before it waited'] += 1;
    else if (decided > 2) hits['behind its order'] += 1;
    else hits[granted.has(id) ? 'behind its slot' : 'while it waited'] += 1;
  }
}
