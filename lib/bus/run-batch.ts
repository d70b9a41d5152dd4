import { backoffMs } from '#lib/backoff.ts';
import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type { Batch, Bus, BusRecord, OutgoingRecord } from './bus.ts';
import { GivenUp, type Outcome, type RecordStep } from './pipeline.ts';

export interface BatchRunner {
  readonly bus: Pick<Bus, 'publish'>;
  readonly step: RecordStep;
  /** What becomes of a record whose results the bus will never take. */
  readonly setAside: (record: BusRecord, error: BelayError) => readonly OutgoingRecord[];
  readonly clock: Clock;
  readonly keyConcurrency: number;
}

/**
 * Records of one key one after the other, keys side by side, then one awaited send of all results, then
 * the commit. After a crash anywhere in here the records come again and their results have the same ids.
 * When the bus does not take the results in time, they are made anew: what a handler was granted may have
 * been taken back meanwhile.
 */
export async function runBatch(batch: Batch, runner: BatchRunner, giveUp: AbortSignal): Promise<void> {
  for (let attempt = 1; !batch.isStale(); attempt += 1) {
    const done = await handleAll(batch, runner, giveUp);
    if (done.length === 0 || batch.isStale()) return;
    if (await publishAll(batch, done, runner)) {
      for (const outcome of done) outcome.published?.();
      return batch.commit((batch.records[done.length - 1]?.offset ?? -1) + 1);
    }
    await runner.clock.sleep(backoffMs(attempt), giveUp);
    if (giveUp.aborted) return;
  }
}

interface Made {
  readonly outcome: Outcome;
  readonly atMs: number;
}

/** Together with the time of a send less than a rebuild of the guardrails waits (guardrails.publishWithinMs). */
const GOOD_FOR_MS = 1_000;

/**
 * The outcomes from the first record to the first that was given up; those behind it come again. Where one had
 * to wait for a store, that store may have been rebuilt without what its neighbours had been granted by it and
 * nobody knew of: those are asked again.
 */
async function handleAll(batch: Batch, runner: BatchRunner, giveUp: AbortSignal): Promise<Outcome[]> {
  const made: (Made | undefined)[] = batch.records.map(() => undefined);
  for (;;) {
    const beganMs = runner.clock.monotonicMs();
    await handleMissing(made, batch, runner, giveUp);
    const heldUp = made.some((m) => m?.outcome.retried && m.atMs >= beganMs);
    const nowMs = runner.clock.monotonicMs();
    const isOld = (m: Made | undefined) => m !== undefined && nowMs - m.atMs > GOOD_FOR_MS;
    if (giveUp.aborted || batch.isStale() || !heldUp || !made.some(isOld)) break;
    for (const group of groupByKey(batch.records).values()) forgetFrom(group, isOld, made);
  }
  const gap = made.indexOf(undefined);
  return (gap < 0 ? made : made.slice(0, gap)).flatMap((m) => m?.outcome ?? []);
}

/** What came behind it under the same key saw what it had done: that is handled again as well, and behind it. */
function forgetFrom(
  group: readonly number[],
  isOld: (m: Made | undefined) => boolean,
  made: (Made | undefined)[],
): void {
  const first = group.findIndex((index) => isOld(made[index]));
  if (first >= 0) for (const index of group.slice(first)) made[index] = undefined;
}

async function handleMissing(
  made: (Made | undefined)[],
  batch: Batch,
  { step, clock, keyConcurrency }: BatchRunner,
  giveUp: AbortSignal,
): Promise<void> {
  const groups = groupByKey(batch.records);
  // The workers draw from one iterator, so that a slow key holds up nobody else's.
  const queue = groups.values();
  const worker = async () => {
    for (const group of queue) {
      for (const index of group) {
        if (giveUp.aborted || batch.isStale()) return;
        if (made[index]) continue;
        const outcome = await step({ record: batch.records[index] as BusRecord, signal: giveUp });
        made[index] = { outcome, atMs: clock.monotonicMs() };
      }
    }
  };
  const workers = Array.from({ length: Math.min(keyConcurrency, groups.size) }, () =>
    worker().catch((error: unknown) => {
      if (!(error instanceof GivenUp)) throw error;
    }),
  );
  await Promise.all(workers);
}

function groupByKey(records: readonly BusRecord[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  records.forEach((record, index) => {
    const key = record.key?.toString('latin1') ?? '';
    const group = groups.get(key);
    if (group) group.push(index);
    else groups.set(key, [index]);
  });
  return groups;
}

/** False: the bus is away, and may or may not have taken them. */
async function publishAll(batch: Batch, outcomes: readonly Outcome[], runner: BatchRunner): Promise<boolean> {
  try {
    return await isTaken(
      outcomes.flatMap((o) => o.publish),
      runner,
    );
  } catch {
    return publishOneByOne(batch, outcomes, runner);
  }
}

/** One of the results can never be written: find it, set its cause aside, and let its neighbours through. */
async function publishOneByOne(
  batch: Batch,
  outcomes: readonly Outcome[],
  runner: BatchRunner,
): Promise<boolean> {
  for (const [index, { publish, result }] of outcomes.entries()) {
    try {
      if (!(await isTaken(publish, runner))) return false;
    } catch (error) {
      if (!(error instanceof BelayError) || result === 'dead_lettered') throw error;
      if (!(await isTaken(runner.setAside(batch.records[index] as BusRecord, error), runner))) return false;
    }
  }
  return true;
}

/** False when the bus is away. Throws when it will never take them. */
async function isTaken(records: readonly OutgoingRecord[], { bus }: BatchRunner): Promise<boolean> {
  if (records.length === 0) return true;
  try {
    await bus.publish(records);
    return true;
  } catch (error) {
    if (error instanceof BelayError && error.kind === 'unavailable') return false;
    throw error;
  }
}
