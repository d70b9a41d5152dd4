import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Compaction } from './sqlite-compaction.ts';
import type { RecordSummary } from './sqlite-log.ts';

const DELAYS = { supersededMs: 100, tombstoneMs: 1_000 };

interface Written {
  readonly key: string;
  readonly tombstone: boolean;
  readonly timestampMs: number;
}

const summaries = (written: readonly Written[]): RecordSummary[] =>
  written.map((w, offset) => ({ ...w, offset, key: Buffer.from(w.key), bytes: 1 }));
const compacted = (records: readonly RecordSummary[], nowMs: number, nextOffset = records.length) => {
  const compaction = new Compaction(nowMs, DELAYS);
  for (const record of records) compaction.add(record);
  return compaction.removable(nextOffset).map((r) => r.offset);
};
const value = (key: string, timestampMs = 0): Written => ({ key, timestampMs, tombstone: false });
const tombstone = (key: string, timestampMs = 0): Written => ({ key, timestampMs, tombstone: true });

/** What a reader of the whole partition holds in the end. */
const view = (records: readonly RecordSummary[]) => {
  const state = new Map<string, number>();
  for (const r of records) {
    if (r.tombstone) state.delete(String(r.key));
    else state.set(String(r.key), r.offset);
  }
  return state;
};

describe('Compaction', () => {
  it('removes what is superseded, once it is old enough to have been seen', () => {
    const records = summaries([value('a', 0), value('b', 50), value('a', 60), value('b', 60)]);
    expect(compacted(records, 99)).toEqual([]);
    expect(compacted(records, 100)).toEqual([0]);
    expect(compacted(records, 150)).toEqual([0, 1]);
  });

  it('keeps a tombstone for its delay, and then drops it with what it covered', () => {
    const records = summaries([value('a'), tombstone('a'), value('b')]);
    expect(compacted(records, 999)).toEqual([0]);
    expect(compacted(records, 1_000)).toEqual([0, 1]);
  });

  it('keeps the last record of the partition even if it is a tombstone', () => {
    expect(compacted(summaries([value('a'), tombstone('a')]), 1_000)).toEqual([0]);
  });

  it('keeps a tombstone as long as a record that it covers is kept', () => {
    // The clock was set back between the two.
    const records = summaries([value('a', 5_000), tombstone('a', 0), value('b', 0)]);
    expect(compacted(records, 2_000)).toEqual([]);
  });

  it('never changes what a reader ends up with, wherever removal stops', () => {
    const written = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      tombstone: fc.boolean(),
      timestampMs: fc.nat(3_000),
    });
    fc.assert(
      fc.property(fc.array(written, { maxLength: 30 }), fc.nat(5_000), fc.nat(30), (all, nowMs, steps) => {
        const records = summaries(all);
        const removed = new Set(compacted(records, nowMs).slice(0, steps));
        expect(view(records.filter((r) => !removed.has(r.offset)))).toEqual(view(records));
      }),
    );
  });
});
