import { deriveId } from '#lib/ids.ts';
import { systemClock } from '#lib/clock.ts';
import type { LabProxy } from '../lab/toxiproxy-client.ts';
import type { RetryProgress } from './decision-retry-progress.ts';
import { holding, LATE, LOST, steady } from './decision-strikes.ts';
import type { System } from './decision-system.ts';

/** The end of all instances, with what they are to have in hand. */
export interface RetryStrike {
  readonly system: System;
  readonly progress: RetryProgress;
  readonly random: () => number;
  /** The incidents whose actions come to nothing. */
  readonly ids: readonly string[];
  /** From here on, nobody waits for what is to be tried again. */
  readonly turnTheClock: () => void;
  /** In any order. */
  readonly killAll: (pause?: () => Promise<void>) => Promise<void>;
}

/** Where it hits. */
export const RETRY_STRIKES: Readonly<Record<string, (strike: RetryStrike) => Promise<void>>> = {
  'behind the order': behindTheOrder,
  'behind the slot': behindTheSlot,
  anywhere,
};

/** One after the other, from the first settlement on. */
async function anywhere({
  system,
  progress,
  ids,
  random,
  turnTheClock,
  killAll,
}: RetryStrike): Promise<void> {
  turnTheClock();
  await system.log.until(
    () => ids.some((id) => progress.of(id).length > 0),
    () => 'nothing was decided',
  );
  await killAll(() => systemClock.sleep(random() * PAUSE_MS));
}

/** The store has granted what is tried again, and nobody hears of it. */
async function behindTheSlot(strike: RetryStrike): Promise<void> {
  await allWait(strike);
  await holdingAll(strike.system.store.proxies, async () => {
    strike.turnTheClock();
    await steady(() => slots(strike));
    await strike.killAll();
  });
}

/** It is ordered, and nobody gets to write down that it was. */
async function behindTheOrder(strike: RetryStrike): Promise<void> {
  const { system, progress, ids } = strike;
  await allWait(strike);
  const { proxies } = system.store;
  const late = await Promise.all(proxies.map((proxy) => proxy.addToxic(LATE)));
  const letGo = () => Promise.all(proxies.map((proxy, i) => proxy.removeToxic(late[i] ?? '')));
  strike.turnTheClock();
  await steady(() => slots(strike)).catch(async (error: unknown) => {
    await letGo();
    throw error;
  });
  await holding(system.databaseProxy, LOST, {}, async () => {
    await letGo();
    await steady(async () => ids.filter((id) => progress.of(id).length > 2).length);
    await strike.killAll();
  });
}

/** Within it, most of what is under way goes on by a step or two. */
const PAUSE_MS = 1_200;

async function holdingAll(proxies: readonly LabProxy[], work: () => Promise<void>): Promise<void> {
  const [first, ...rest] = proxies;
  if (!first) return work();
  await holding(first, LOST, {}, () => holdingAll(rest, work));
}

const allWait = ({ system, progress, ids }: RetryStrike): Promise<void> =>
  system.log.until(
    () => ids.every((id) => progress.of(id).length > 1),
    () => 'what came to nothing does not wait',
  );

/** Of what is tried again. */
export async function slotsOf({ system, progress, ids }: RetryStrike): Promise<Set<string>> {
  const redis = system.store.redis();
  const slots = await Promise.all(
    ids.map(async (id) => {
      const waiting = progress.of(id)[1]?.decisionId;
      // As the service derives it.
      const again = waiting && deriveId('dec', id, waiting);
      return again && (await redis.exists(`{belay:guardrails}:slot:${again}`)) === 1 ? id : undefined;
    }),
  );
  return new Set(slots.filter((id) => id !== undefined));
}

const slots = async (strike: RetryStrike): Promise<number> => (await slotsOf(strike)).size;
