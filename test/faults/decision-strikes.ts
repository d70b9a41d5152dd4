import type { OutgoingRecord } from '#lib/bus/bus.ts';
import { systemClock } from '#lib/clock.ts';
import { deriveId } from '#lib/ids.ts';
import type { LabProxy, Toxic, ToxicOptions } from '../lab/toxiproxy-client.ts';
import type { Servers } from './decision-servers.ts';
import type { System } from './decision-system.ts';

/** One kill: of which instance, with what it is to have in hand. */
export interface Strike {
  readonly system: System;
  readonly servers: Servers;
  readonly victim: number;
  readonly random: () => number;
  /** Reports the incidents of this strike, and returns their records. */
  readonly report: () => Promise<readonly OutgoingRecord[]>;
  /** Delivers them to every other partition as well. */
  readonly repeat: (records: readonly OutgoingRecord[]) => Promise<void>;
}

/**
 * Where the kill hits. What an instance waits for is held by the proxy in front of it, so that it is there for
 * certain: the service itself knows nothing of this.
 */
export const STRIKES: Readonly<Record<string, (strike: Strike) => Promise<readonly OutgoingRecord[]>>> = {
  'before the reserve': beforeReserve,
  'after the reserve': afterReserve,
  'after the publish': afterPublish,
  anywhere,
  'with the same in all hands': inAllHands,
};

/** Its questions do not reach the store. */
async function beforeReserve(strike: Strike): Promise<readonly OutgoingRecord[]> {
  const { random, report } = strike;
  return holding(storeOf(strike), LOST, { stream: 'upstream' }, async () => {
    const records = await report();
    await systemClock.sleep(50 + random() * 100);
    await kill(strike);
    return records;
  });
}

/** The store has answered, and it never hears of it. */
async function afterReserve(strike: Strike): Promise<readonly OutgoingRecord[]> {
  return holding(storeOf(strike), LOST, {}, async () => {
    const records = await strike.report();
    await steady(() => slotsOf(strike, records));
    await kill(strike);
    return records;
  });
}

/** The log has it, and it never hears of it: nothing is committed. */
async function afterPublish(strike: Strike): Promise<readonly OutgoingRecord[]> {
  const { system, servers, report } = strike;
  const store = storeOf(strike);
  const late = await store.addToxic(LATE);
  let isHeld = true;
  try {
    const records = await report();
    await steady(() => slotsOf(strike, records));
    return await holding(servers.kafkaProxy, LOST, {}, async () => {
      await store.removeToxic(late);
      isHeld = false;
      await steady(
        async () => records.filter((record) => system.traffic.isDecided(incidentOf(record))).length,
      );
      await kill(strike);
      return records;
    });
  } finally {
    if (isHeld) await store.removeToxic(late);
  }
}

async function anywhere(strike: Strike): Promise<readonly OutgoingRecord[]> {
  const records = await strike.report();
  await systemClock.sleep(strike.random() * 80);
  await kill(strike);
  return records;
}

/** Every instance asks for every incident, at the same moment. */
async function inAllHands(strike: Strike): Promise<readonly OutgoingRecord[]> {
  const { system, random, report, repeat } = strike;
  const held = await Promise.all(
    system.store.proxies.map(async (proxy) => ({
      proxy,
      name: await proxy.addToxic(LATE, { stream: 'upstream' }),
    })),
  );
  try {
    const records = await report();
    await repeat(records);
    await systemClock.sleep(150);
    return records;
  } finally {
    await Promise.all(held.map(({ proxy, name }) => proxy.removeToxic(name)));
    await systemClock.sleep(random() * 30);
    await kill(strike);
  }
}

/** What is held is lost, and its connections with it: that of one that is dead by then could not be let go on. */
export const LOST: Toxic = { type: 'timeout', timeout: 0 };
/** What is held goes on when the toxic is taken away. */
export const LATE: Toxic = { type: 'latency', latency: 60_000 };

const storeOf = ({ system, victim }: Strike): LabProxy => system.store.proxies[victim] as LabProxy;

const kill = async ({ system, victim }: Strike): Promise<void> => system.stack.instances[victim]?.kill();

export async function holding<T>(
  proxy: LabProxy,
  toxic: Toxic,
  options: ToxicOptions,
  work: () => Promise<T>,
): Promise<T> {
  const name = await proxy.addToxic(toxic, options);
  try {
    return await work();
  } finally {
    await proxy.removeToxic(name);
  }
}

const incidentOf = ({ headers }: OutgoingRecord): string => String(headers['ce_subject']);

/** As the service derives it. */
export const decisionIdOf = (record: OutgoingRecord): string =>
  deriveId('dec', incidentOf(record), String(record.headers['ce_id']));

const slotsOf = ({ system }: Strike, records: readonly OutgoingRecord[]): Promise<number> =>
  system.store.redis().exists(...records.map((record) => `{belay:guardrails}:slot:${decisionIdOf(record)}`));

const LOOKS = 8;
const LOOK_EVERY_MS = 25;
const MOST_LOOKS = 200;

/** Until the number no longer grows: partitions of an instance that is dead by now have to wait. */
export async function steady(count: () => Promise<number>): Promise<void> {
  let last = 0;
  let same = 0;
  for (let look = 0; look < MOST_LOOKS && same < LOOKS; look += 1) {
    await systemClock.sleep(LOOK_EVERY_MS);
    const now = await count();
    same = now > 0 && now === last ? same + 1 : 0;
    last = now;
  }
}
