import { describe, expect, it } from 'vitest';
import { ManualClock } from '#lib/clock.ts';
import type { OffsetCommit } from './sqlite-log.ts';
import type { NewRow } from './sqlite-record.ts';
import type { Partition } from './sqlite-topics.ts';
import { SqliteWriter } from './sqlite-writer.ts';

const row = (value: string, bytes = 1) => ({ value: Buffer.from(value), bytes }) as NewRow;
const commit = (nextOffset: number): OffsetCommit => ({ group: 'g', partition: {} as Partition, nextOffset });

function recorder() {
  const transactions: { values: string; commits: number[] }[] = [];
  let failure: Error | undefined;
  const write = (rows: readonly NewRow[], commits: readonly OffsetCommit[]) => {
    if (failure) throw failure;
    const values = rows.map((r) => String(r.value)).join('');
    transactions.push({ values, commits: commits.map((c) => c.nextOffset) });
  };
  const writer = new SqliteWriter({ write }, new ManualClock(new Date(0)));
  return { writer, transactions, fail: (error: Error | undefined) => (failure = error) };
}

describe('SqliteWriter', () => {
  it('writes what arrives in one turn of the event loop in one transaction, in its order', async () => {
    const { writer, transactions } = recorder();
    const later = Promise.resolve().then(() => writer.append([row('c')]));
    await Promise.all([
      writer.append([row('a'), row('b')]),
      later,
      writer.commit(commit(7), () => false),
      writer.append([row('d')]),
    ]);
    await writer.append([row('e')]);
    expect(transactions).toEqual([
      { values: 'abdc', commits: [7] },
      { values: 'e', commits: [] },
    ]);
  });

  it('splits what is too much for one turn, between calls and never within one', async () => {
    const { writer, transactions } = recorder();
    const many = Array.from({ length: 1_500 }, () => row('x'));
    await Promise.all([writer.append(many), writer.append([row('y', 5_000_000)]), writer.append([row('z')])]);
    expect(transactions.map((t) => t.values.length)).toEqual([1_500, 1, 1]);
  });

  it('rejects all that shared a transaction that failed, and goes on with the next', async () => {
    const { writer, transactions, fail } = recorder();
    fail(new Error('disk full'));
    const results = await Promise.allSettled([writer.append([row('a')]), writer.append([row('b')])]);
    expect(results.map((r) => r.status)).toEqual(['rejected', 'rejected']);
    fail(undefined);
    await writer.append([row('c')]);
    expect(transactions.map((t) => t.values)).toEqual(['c']);
  });

  it('leaves out a commit that lost its partition while it waited', async () => {
    const { writer, transactions } = recorder();
    let isFenced = false;
    const waiting = writer.commit(commit(1), () => isFenced);
    isFenced = true;
    await waiting;
    expect(transactions).toEqual([]);
  });
});
