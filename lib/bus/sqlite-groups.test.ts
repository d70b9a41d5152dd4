import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '#lib/clock.ts';
import type { BelayError } from '#lib/errors.ts';
import { deferred, eventually } from '../../test/support/eventually.ts';
import type { Batch, ConsumeOptions, Consumption } from './bus.ts';
import { openSqliteBus, type SqliteBus } from './sqlite-bus.ts';

const SESSION_MS = 10_000;

describe('groups of SqliteBus', () => {
  let clock: ManualClock;
  let bus: SqliteBus;
  /** Handlers still at work when a test ends. */
  let letGo: (() => void)[];

  beforeEach(async () => {
    clock = new ManualClock(new Date('2026-01-01T00:00:00Z'));
    bus = await openSqliteBus({ file: ':memory:', clock });
    await bus.createTopics([{ name: 't', partitions: 2, retentionMs: 3_600_000 }]);
    letGo = [];
  });
  afterEach(async () => {
    for (const release of letGo) release();
    await bus.close();
  });

  /** Keys that lie in partition 0 and in partition 1. */
  const KEYS = ['left', 'right'];
  const send = (partition: 0 | 1, ...values: string[]) =>
    bus.publish(
      values.map((v) => ({ topic: 't', key: KEYS[partition] ?? '', value: Buffer.from(v), headers: {} })),
    );
  const consume = (
    options: Partial<ConsumeOptions> & Pick<ConsumeOptions, 'onBatch'>,
  ): Promise<Consumption> =>
    bus.consume({
      group: 'g',
      topics: ['t'],
      startAt: 'earliest',
      sessionTimeoutMs: SESSION_MS,
      concurrency: 2,
      onCrash: () => {},
      ...options,
    });
  /** A member that commits what it sees, unless it holds on to the values it is told to. */
  const member = (holdOn: readonly string[] = []) => {
    const values: string[] = [];
    const held: Batch[] = [];
    const released = deferred();
    letGo.push(released.resolve);
    const onBatch = async (batch: Batch) => {
      const own = batch.records.map((r) => String(r.value));
      values.push(...own);
      if (own.some((v) => holdOn.includes(v))) {
        held.push(batch);
        await released.promise;
      }
      await batch.commit(nextOf(batch));
    };
    return { values, held, release: released.resolve, onBatch };
  };

  /** Turns the clock until the check holds; how far it went. */
  const eventuallyInSteps = async (stepMs: number, check: () => Promise<boolean>): Promise<number> => {
    const startMs = clock.monotonicMs();
    while (!(await check())) {
      expect(clock.monotonicMs() - startMs).toBeLessThan(20 * stepMs);
      await clock.advance(stepMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return clock.monotonicMs() - startMs;
  };

  it('make a batch in hand stale when its partition moves, and wait with the next until it is back', async () => {
    const [old, young] = [member(['a0', 'b0']), member()];
    await send(0, 'a0');
    await send(1, 'b0');
    await consume({ onBatch: old.onBatch });
    await eventually(() => expect(old.held).toHaveLength(2));
    const second = await consume({ onBatch: young.onBatch });
    const moved = old.held.filter((b) => b.isStale());
    expect(moved).toHaveLength(1);
    await clock.advance(1_000);
    expect(second.assigned()).toEqual({ t: [] });
    expect(young.values).toEqual([]);
    old.release();
    await eventually(() =>
      expect(young.values).toEqual(moved.flatMap((b) => b.records.map((r) => String(r.value)))),
    );
    expect(second.assigned()).toEqual({ t: [moved[0]?.partition] });
  });

  it('hand a moved partition on when its batch does not come back in time, and ignore what that commits', async () => {
    const [old, young] = [member(['a0', 'b0']), member(['a0', 'b0'])];
    await send(0, 'a0');
    await send(1, 'b0');
    await consume({ onBatch: old.onBatch });
    await eventually(() => expect(old.held).toHaveLength(2));
    await consume({ onBatch: young.onBatch });
    const moved = old.held.find((batch) => batch.isStale());
    // The slow member is alive all the time.
    const waitedMs = await eventuallyInSteps(SESSION_MS / 2, async () => {
      for (const batch of old.held) await batch.heartbeat();
      return young.held.length > 0;
    });
    expect(waitedMs).toBe(60_000);
    expect(young.held[0]?.partition).toBe(moved?.partition);
    old.release();
    await eventually(async () => expect(await bus.committed('g', 't')).toContain(1));
    await moved?.commit(1);
    expect((await bus.committed('g', 't'))[moved?.partition ?? -1]).toBe(-1);
    young.release();
    await eventually(async () => expect(await bus.committed('g', 't')).toEqual([1, 1]));
  });

  it('expel a member whose handler gives no sign of life, and take it back when the handler returns', async () => {
    const [hung, other] = [member(['a0']), member()];
    await send(0, 'a0');
    const first = await consume({ onBatch: hung.onBatch });
    await eventually(() => expect(hung.held).toHaveLength(1));
    const second = await consume({ onBatch: other.onBatch });
    await clock.advance(SESSION_MS);
    await eventually(() => expect(second.assigned()).toEqual({ t: [0, 1] }));
    expect(hung.held[0]?.isStale()).toBe(true);
    await eventually(() => expect(other.values).toEqual(['a0']));
    hung.release();
    await eventually(() => expect(first.assigned()['t']).toHaveLength(1));
    expect(second.assigned()['t']).toHaveLength(1);
  });

  it('do not expel a member that heartbeats, or one that has nothing to do', async () => {
    const slow = member(['a0']);
    await consume({ onBatch: slow.onBatch });
    await clock.advance(3 * SESSION_MS);
    await send(0, 'a0');
    await eventually(() => expect(slow.held).toHaveLength(1));
    for (let i = 0; i < 5; i += 1) {
      await clock.advance(SESSION_MS / 2);
      await slow.held[0]?.heartbeat();
    }
    expect(slow.held[0]?.isStale()).toBe(false);
    slow.release();
    await eventually(async () => expect(await bus.committed('g', 't')).toEqual([1, -1]));
    expect(slow.values).toEqual(['a0']);
  });

  it('commit nothing of a batch that failed, even if its handler had asked for it', async () => {
    const crashes: string[] = [];
    await send(0, 'a0', 'a1');
    await send(1, 'b0');
    const consumption = await consume({
      onBatch: async (batch) => {
        void batch.commit(1);
        throw new Error(`broken ${batch.partition}`);
      },
      onCrash: (error) => void crashes.push(error.message),
    });
    await eventually(() => expect(crashes).toHaveLength(1));
    await consumption.stop();
    expect(await bus.committed('g', 't')).toEqual([-1, -1]);
    expect(crashes).toHaveLength(1);
    const next = member();
    await consume({ onBatch: next.onBatch });
    await eventually(() => expect(next.values.sort()).toEqual(['a0', 'a1', 'b0']));
  });

  it('are told of a handler that throws at once as of any other', async () => {
    const crashed = deferred<Error>();
    await send(0, 'a0');
    const consumption = await consume({
      onBatch: () => {
        throw new Error('at once');
      },
      onCrash: crashed.resolve,
    });
    expect((await crashed.promise).message).toBe('at once');
    await consumption.stop();
  });

  it('deliver again what a handler returned without committing', async () => {
    const seen: string[][] = [];
    await send(0, 'a0', 'a1', 'a2');
    await consume({
      onBatch: async (batch) => {
        seen.push(batch.records.map((r) => String(r.value)));
        await batch.commit((batch.records[0]?.offset ?? 0) + 1);
      },
    });
    await eventually(() => expect(seen).toEqual([['a0', 'a1', 'a2'], ['a1', 'a2'], ['a2']]));
    expect(await bus.committed('g', 't')).toEqual([3, -1]);
  });

  it('refuse a commit beyond the batch', async () => {
    const codes: unknown[] = [];
    await send(0, 'a0', 'a1');
    await consume({
      maxBatchRecords: 1,
      onBatch: async (batch) => {
        await batch.commit(nextOf(batch) + 1).catch((error: BelayError) => codes.push(error.code));
        await batch.commit(nextOf(batch));
      },
    });
    await eventually(() => expect(codes).toEqual(['OFFSET_OUT_OF_BATCH', 'OFFSET_OUT_OF_BATCH']));
  });

  it('read nothing ahead of a slow handler', async () => {
    const slow = member(['a0']);
    await send(0, 'a0');
    await consume({ onBatch: slow.onBatch });
    await eventually(() => expect(slow.held).toHaveLength(1));
    await send(0, 'a1', 'a2');
    await send(1, 'b0');
    await eventually(() => expect(slow.values).toContain('b0'));
    expect(slow.values).toEqual(['a0', 'b0']);
    slow.release();
    await eventually(() => expect(slow.values).toEqual(['a0', 'b0', 'a1', 'a2']));
  });

  it('handle as many partitions at a time as they were told to, in turn', async () => {
    const partitions: number[] = [];
    await send(0, 'a0', 'a1', 'a2');
    await send(1, 'b0', 'b1', 'b2');
    let together = 0;
    await consume({
      concurrency: 1,
      maxBatchRecords: 1,
      onBatch: async (batch) => {
        together += 1;
        expect(together).toBe(1);
        partitions.push(batch.partition);
        await batch.commit(nextOf(batch));
        together -= 1;
      },
    });
    await eventually(() => expect(partitions).toHaveLength(6));
    expect(partitions).toEqual([0, 1, 0, 1, 0, 1]);
  });

  it('that start at the end still begin there when nobody had committed before a restart', async () => {
    await send(0, 'before');
    const first = await consume({ startAt: 'latest', onBatch: async () => {} });
    await first.stop();
    await send(0, 'between');
    const later = member();
    await consume({ startAt: 'latest', onBatch: later.onBatch });
    await eventually(() => expect(later.values).toEqual(['between']));
  });

  it('go on at the oldest record that is kept when theirs is gone', async () => {
    await send(0, 'old');
    await bus.seek('g', 't', { offsets: [0, 0] });
    await clock.advance(2 * 3_600_000);
    await bus.maintain();
    const reader = member();
    await consume({ onBatch: reader.onBatch });
    await send(0, 'new');
    await eventually(() => expect(reader.values).toEqual(['new']));
    expect(await bus.committed('g', 't')).toEqual([2, 0]);
  });

  it('do not wait on stop for a handler that never returns', async () => {
    const hung = member(['a0']);
    await send(0, 'a0');
    const consumption = await consume({ onBatch: hung.onBatch });
    await eventually(() => expect(hung.held).toHaveLength(1));
    const stopped = consumption.stop();
    await clock.advance(SESSION_MS);
    await stopped;
    const next = member();
    await consume({ onBatch: next.onBatch });
    await eventually(() => expect(next.values).toEqual(['a0']));
  });
});

const nextOf = (batch: Batch): number => (batch.records.at(-1)?.offset ?? -1) + 1;
