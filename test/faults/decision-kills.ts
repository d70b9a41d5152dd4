import { Mode } from '#gen/belay/v1/common.ts';
import { messageOf } from '#lib/errors.ts';
import type { RunbookVariant } from '../support/decision-stack.ts';
import { type Delivery, openDelivery } from './decision-delivery.ts';
import { judge } from './decision-judge.ts';
import { type Hit, hitsOf, NO_HITS } from './decision-kill-hits.ts';
import { type Part, pickOf, wholeOf } from './decision-part.ts';
import type { Servers } from './decision-servers.ts';
import { anyFate } from './decision-settler.ts';
import { STRIKES } from './decision-strikes.ts';
import { openSystem, type System } from './decision-system.ts';
import type { Place } from './decision-traffic.ts';

const INCIDENTS = 10;
const TARGET = 'east';
const MANY = 1_000;

/** Nothing is in the way of anybody: each incident has to be granted. */
const WIDE: RunbookVariant = {
  name: 'wide',
  cause: 'pod_crash_loop',
  guardrails: {
    maxExecutionsPerHour: 1_000,
    cooldownMinutes: 0,
    maxConcurrentActions: 100,
    maxConcurrentActionsPerNamespace: 100,
    circuitBreaker: { failures: 100, recoverySeconds: 1 },
  },
};

const INSTANCES = 3;
/** Each outage of the group has one of these for each instance. */
const QUICK_OUTAGES = [['with the same in all hands', 'after the reserve', 'after the publish']];
const FULL_OUTAGES = 34;

/** Instances are killed where it hurts, and each incident is decided once all the same. */
export const kills: Part = async ({ quick, random, servers }) => {
  const started = await servers();
  const system = await openSystem(started, {
    name: 'kills',
    brokers: started.kafka.endpoint,
    instances: INSTANCES,
    // The store is never lost here: only the start waits for it.
    publishWithinMs: 1_000,
    runbooks: [WIDE],
    concurrency: { global: MANY, perTarget: MANY, perNamespace: MANY, perService: MANY },
    targets: [TARGET],
    nextFate: () => anyFate(300, random),
  });
  const delivery = await openDelivery(started, system);
  const outages = quick ? QUICK_OUTAGES : Array.from({ length: FULL_OUTAGES }, () => fullOutage(random));
  const scene: Scene = { system, servers: started, delivery, random, hits: { ...NO_HITS } };
  const violations = await playOutages(scene, outages).catch((error: unknown) => [messageOf(error)]);
  await delivery.close();
  await system.stop();
  const told = Object.entries(scene.hits).map(([hit, count]) => `${hit} ${count}`);
  // Not those of outages that were never come to.
  const trials = Object.values(scene.hits).reduce((sum, count) => sum + count, 0);
  return { trials, violations, told: `killed ${told.join(', ')}` };
};

async function playOutages(scene: Scene, outages: readonly (readonly string[])[]): Promise<string[]> {
  for (const [index, kinds] of outages.entries()) {
    await playOutage(scene, kinds);
    console.log(`    outage ${index + 1} of ${outages.length}: ${kinds.join(', ')}`);
  }
  return [...(await judge(scene.system)), ...refusals(scene.system)];
}

function fullOutage(random: () => number): string[] {
  return Array.from({ length: INSTANCES }, () => pickOf(Object.keys(STRIKES), random));
}

interface Scene {
  readonly system: System;
  readonly servers: Servers;
  readonly delivery: Delivery;
  readonly random: () => number;
  readonly hits: Record<Hit, number>;
}

/** One instance after the other is killed, and all are started again: the group heals once for all of them. */
async function playOutage(scene: Scene, kinds: readonly string[]): Promise<void> {
  const { system, delivery, random, hits } = scene;
  await delivery.settled();
  await warmUp(scene);
  const first = wholeOf(0, INSTANCES - 1, random);
  for (const [nth, kind] of kinds.entries()) {
    const victim = (first + nth) % INSTANCES;
    const places = await placesFor(scene, victim, INCIDENTS);
    const records = await (STRIKES[kind] as (typeof STRIKES)[string])({
      ...scene,
      victim,
      report: () => system.traffic.report(places),
      repeat: (sent) => delivery.everywhere(sent),
    });
    for (const hit of await hitsOf(system, records)) hits[hit] += 1;
  }
  await Promise.all(system.stack.instances.map((instance) => instance.start()));
  await system.traffic.drained();
}

/** An instance looks at its store before its first answer: then nothing else is held than what is meant to be. */
async function warmUp(scene: Scene): Promise<void> {
  const { log, traffic } = scene.system;
  for (let instance = 0; instance < INSTANCES; instance += 1) {
    await traffic.report(await placesFor(scene, instance, 2));
  }
  await log.until(
    () => [...traffic.reported.keys()].every((id) => traffic.isDecided(id)),
    () => 'an instance does not decide after its start',
  );
}

/** Services of their own, so that nothing is in the way, and in the hands of the victim. */
async function placesFor({ delivery, system }: Scene, victim: number, count: number): Promise<Place[]> {
  const services = await delivery.namesFor(victim, system.traffic.reported.size, count);
  return services.map((service) => {
    return { target: TARGET, namespace: 'shop', service, pod: `${service}-1`, cause: WIDE.cause };
  });
}

function refusals({ log }: System): string[] {
  const refused = log.all('DecisionMade').filter(({ data }) => data.mode !== Mode.AUTO_EXECUTE);
  return refused.map(({ data }) => `${data.incidentId} was refused: ${data.summary}`);
}
