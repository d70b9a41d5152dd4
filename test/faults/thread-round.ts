import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Producer } from 'kafkajs';
import type { Bus } from '#lib/bus/bus.ts';
import { systemClock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import { eventually } from '../support/eventually.ts';
import type { ProductionStack } from '../support/production-stack.ts';
import { type Clients, crashLoop } from '../support/stack.ts';
import type { TestCluster } from '../support/test-cluster.ts';
import type { FaultKind } from './thread-kinds.ts';
import type { Entry, ThreadLog } from './thread-log.ts';

export interface World {
  readonly stack: ProductionStack;
  readonly bus: Bus;
  readonly clients: Clients;
  readonly cluster: TestCluster;
  readonly log: ThreadLog;
  readonly redis: Redis;
  readonly producer: Producer;
  readonly random: () => number;
}

/** What befell a trial without being a fault of Belay. */
export const NOTES = ['reconciled', 'cut off', 'repeat'] as const;

export interface Trial {
  readonly kind: FaultKind;
  readonly app: string;
  readonly pod: string;
  incidentId: string;
  /** The fault itself was played on this one; the others of its round stood beside it. */
  struck: boolean;
  /** From the report to the closed decision. */
  tookMs: number;
  readonly problems: string[];
  readonly notes: Set<(typeof NOTES)[number]>;
}

const JITTER_MS = 30;
/** Beyond the session of a killed member, the lifetime of a request, and the lease of a row. */
const TRIAL_TIMEOUT_MS = 300_000;

/**
 * A trial for each fault of the round. Kinds strike one after the other, and recover at the same time.
 * Where several trials have the same kind, they run side by side and it strikes at one of them.
 */
export async function playRound(world: World, round: readonly FaultKind[]): Promise<Trial[]> {
  const trials = await Promise.all(round.map((kind) => prepare(world, kind)));
  const running: Promise<void>[] = [];
  for (const [kind, group] of Map.groupBy(trials, (trial) => trial.kind)) {
    const victim = group[Math.floor(world.random() * group.length)] as Trial;
    // A kill or a pause hits one service at one trial's step; repeats are made for each trial.
    for (const trial of kind.what === 'twice' ? group : [victim]) trial.struck = true;
    const struck = Promise.withResolvers<void>();
    running.push(
      guarded(victim, () =>
        kind.what === 'twice' ? repeatAll(world, group) : strike(world, victim, struck.resolve),
      ),
      ...group.map((trial) => guarded(trial, () => run(world, trial))),
    );
    if (kind.what === 'kill') await Promise.race([struck.promise, systemClock.sleep(TRIAL_TIMEOUT_MS)]);
  }
  await Promise.all(running);
  return trials;
}

async function prepare({ cluster }: World, kind: FaultKind): Promise<Trial> {
  const app = `app-${randomUUID().slice(0, 8)}`;
  const pod = await cluster.deploy(app, 3);
  return { kind, app, pod, incidentId: '', struck: false, tookMs: 0, problems: [], notes: new Set() };
}

async function guarded(trial: Trial, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    trial.problems.push(messageOf(error));
  }
}

/** As a detector would: the same report until it is acknowledged. */
async function run({ clients, log, stack }: World, trial: Trial): Promise<void> {
  const startedMs = performance.now();
  const report = () => clients.detector.reportIncident(crashLoop(stack, trial.app, trial.pod));
  trial.incidentId = (await eventually(report, TRIAL_TIMEOUT_MS)).incidentId;
  await within(log.seen(trial.app, 'DecisionClosed'), () => {
    const seen = log.of(trial.app).map(({ event }) => event.type);
    return `was never closed; seen: ${seen.join(', ')}`;
  });
  trial.tookMs = performance.now() - startedMs;
}

/** Kills or pauses the moment the event is seen, a little later each time, and has it back at once. */
async function strike(
  { stack, log, random }: World,
  { kind, app }: Trial,
  onStruck: () => void,
): Promise<void> {
  if (kind.what === 'twice') return;
  if (kind.at !== 'report') await within(log.seen(app, kind.at), () => `never saw ${kind.at}`);
  await systemClock.sleep(random() * JITTER_MS);
  if (kind.what === 'kill') {
    const killed = stack.kill(kind.service);
    onStruck();
    await killed;
    return stack.start(kind.service);
  }
  const paused = stack.process(kind.service);
  paused.pause();
  try {
    await within(log.seen(app, kind.until), () => `never saw ${kind.until} while ${kind.service} was paused`);
  } finally {
    paused.resume();
  }
}

async function repeatAll({ log, producer }: World, trials: readonly Trial[]): Promise<void> {
  const repeat = async (app: string) => {
    for (const { record } of [...log.of(app)]) await sendAgain(producer, record);
  };
  await Promise.all(
    trials.map(async ({ app }) => {
      await within(log.seen(app, 'ActionStarted'), () => 'never started');
      await repeat(app);
      await within(log.seen(app, 'DecisionClosed'), () => 'was never closed');
      await repeat(app);
    }),
  );
}

async function sendAgain(producer: Producer, { topic, partition, key, value, headers }: Entry['record']) {
  await producer.send({ topic, acks: -1, messages: [{ partition, key, value, headers: { ...headers } }] });
}

async function within(fact: Promise<void>, otherwise: () => string): Promise<void> {
  const timer = new AbortController();
  const late = systemClock.sleep(TRIAL_TIMEOUT_MS, timer.signal).then(() => 'late' as const);
  try {
    if ((await Promise.race([fact, late])) === 'late') throw new Error(otherwise());
  } finally {
    timer.abort();
  }
}
