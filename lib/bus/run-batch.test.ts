import { expect, it } from 'vitest';
import { ManualClock } from '#lib/clock.ts';
import type { Batch, BusRecord, OutgoingRecord } from './bus.ts';
import type { Outcome } from './pipeline.ts';
import { runBatch } from './run-batch.ts';

const record = (offset: number, key = `key-${offset}`): BusRecord => ({
  topic: 'incident',
  partition: 0,
  offset,
  timestampMs: 0,
  key: Buffer.from(key),
  value: Buffer.from('x'),
  headers: {},
});
const said = (text: string, retried: boolean): Outcome => ({
  result: 'handled',
  type: 'x',
  publish: [{ topic: 'decision', key: text, value: null, headers: {} }],
  retried,
});

interface Takes {
  readonly ms: number;
  readonly retried?: boolean;
  readonly key?: string;
}

/** Plays one batch: what each record takes, and whether it had to be tried again. */
async function play(takes: readonly Takes[]) {
  const clock = new ManualClock(new Date(0));
  const published: OutgoingRecord[] = [];
  const committed: number[] = [];
  const asked: number[] = takes.map(() => 0);
  const batch: Batch = {
    topic: 'incident',
    partition: 0,
    records: takes.map(({ key }, offset) => record(offset, key)),
    isStale: () => false,
    heartbeat: async () => {},
    commit: async (next) => void committed.push(next),
  };
  const run = runBatch(
    batch,
    {
      bus: { publish: async (records) => void published.push(...records) },
      step: async ({ record: { offset } }) => {
        const times = (asked[offset] = (asked[offset] ?? 0) + 1);
        const { ms = 0, retried = false } = takes[offset] ?? {};
        if (times === 1) await clock.sleep(ms);
        return said(`${offset}: answer ${times}`, retried && times === 1);
      },
      setAside: () => [],
      clock,
      keyConcurrency: 16,
    },
    new AbortController().signal,
  );
  // Only its own sleeps are waited for.
  let isOver = false;
  void run.finally(() => (isOver = true));
  while (!isOver) {
    await clock.advance(100);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await run;
  return { answers: published.map(({ key }) => String(key)), committed };
}

it('makes anew what was granted long before a neighbour was through, while a store was away', async () => {
  const { answers, committed } = await play([{ ms: 0 }, { ms: 30_000, retried: true }, { ms: 29_500 }]);
  expect(answers).toEqual(['0: answer 2', '1: answer 1', '2: answer 1']);
  expect(committed).toEqual([3]);
});

it('makes anew what came behind it under its key as well: nothing is handled before its predecessor', async () => {
  const incident = 'inc-1';
  const { answers } = await play([
    { ms: 0, key: incident },
    { ms: 30_000, key: incident, retried: true },
    { ms: 30_000 },
  ]);
  expect(answers).toEqual(['0: answer 2', '1: answer 2', '2: answer 1']);
});

it('handles nothing twice where nothing had to be tried again, or not for long', async () => {
  expect((await play([{ ms: 0 }, { ms: 30_000 }])).answers).toEqual(['0: answer 1', '1: answer 1']);
  expect((await play([{ ms: 0 }, { ms: 200, retried: true }])).answers).toEqual([
    '0: answer 1',
    '1: answer 1',
  ]);
});
