import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '#lib/clock.ts';
import { eventually } from '../../test/support/eventually.ts';
import type { BusRecord, TopicSpec } from './bus.ts';
import { openSqliteBus, type SqliteBus } from './sqlite-bus.ts';

const HOUR_MS = 3_600_000;

describe('maintenance of SqliteBus', () => {
  let clock: ManualClock;
  let bus: SqliteBus;

  beforeEach(async () => {
    clock = new ManualClock(new Date('2026-01-01T00:00:00Z'));
    bus = await openSqliteBus({ file: ':memory:', clock });
  });
  afterEach(() => bus.close());

  const create = (spec: Partial<TopicSpec>) =>
    bus.createTopics([{ name: 't', partitions: 1, retentionMs: 'forever', ...spec }]);
  const send = (key: string, value: string | null) =>
    bus.publish([{ topic: 't', key, value: value === null ? null : Buffer.from(value), headers: {} }]);
  const kept = async (): Promise<string[]> => {
    const records: BusRecord[] = [];
    const following = await bus.follow({
      topic: 't',
      from: 'earliest',
      onRecords: (some) => void records.push(...some),
      onCrash: () => {},
    });
    await following.caughtUp;
    await following.stop();
    return records.map((r) => `${r.offset}:${String(r.key)}=${String(r.value)}`);
  };

  it('removes what is older than the retention, and nothing else', async () => {
    await create({ retentionMs: 2 * HOUR_MS });
    await send('k', 'old');
    await clock.advance(HOUR_MS);
    await send('k', 'young');
    await clock.advance(HOUR_MS + 1);
    await bus.maintain();
    expect(await kept()).toEqual(['1:k=young']);
    expect(await bus.offsets('t')).toEqual([{ partition: 0, earliest: 1, next: 2 }]);
  });

  it('keeps everything of a topic without retention', async () => {
    await create({ retentionMs: 'forever' });
    await send('k', 'old');
    await clock.advance(100 * HOUR_MS);
    await bus.maintain();
    expect(await kept()).toEqual(['0:k=old']);
  });

  it('runs by itself', async () => {
    await create({ retentionMs: HOUR_MS });
    await send('k', 'old');
    await clock.advance(2 * HOUR_MS);
    await eventually(async () => expect(await kept()).toEqual([]));
  });

  it('keeps the newest record of each key, whatever the retention says, where it was', async () => {
    await create({ compact: true, retentionMs: HOUR_MS });
    for (const [key, value] of [
      ['a', '1'],
      ['b', '1'],
      ['a', '2'],
      ['c', '1'],
      ['a', '3'],
    ] as const) {
      await send(key, value);
    }
    await bus.maintain();
    expect(await kept()).toHaveLength(5);
    await clock.advance(48 * HOUR_MS);
    await bus.maintain();
    expect(await kept()).toEqual(['1:b=1', '3:c=1', '4:a=3']);
    await send('b', '2');
    expect(await kept()).toEqual(['1:b=1', '3:c=1', '4:a=3', '5:b=2']);
  });

  it('keeps a tombstone for a day', async () => {
    await create({ compact: true });
    await send('a', '1');
    await send('a', null);
    await send('b', '1');
    await clock.advance(23 * HOUR_MS);
    await bus.maintain();
    expect(await kept()).toEqual(['1:a=null', '2:b=1']);
    await clock.advance(HOUR_MS);
    await bus.maintain();
    expect(await kept()).toEqual(['2:b=1']);
  });

  it('lets a group read on over the holes it makes', async () => {
    await create({ compact: true });
    for (let i = 0; i < 10; i += 1) await send(`k${i % 2}`, `${i}`);
    await bus.seek('g', 't', { offsets: [3] });
    await clock.advance(2 * HOUR_MS);
    await bus.maintain();
    const seen: number[] = [];
    const consumption = await bus.consume({
      group: 'g',
      topics: ['t'],
      onBatch: async (batch) => {
        seen.push(...batch.records.map((r) => r.offset));
        await batch.commit((batch.records.at(-1)?.offset ?? 0) + 1);
      },
      onCrash: () => {},
    });
    await eventually(async () => expect(await bus.committed('g', 't')).toEqual([10]));
    expect(seen).toEqual([8, 9]);
    await consumption.stop();
  });

  it('leaves the event loop turns while it removes much', async () => {
    await create({ retentionMs: 1_000 });
    const records = Array.from({ length: 5_000 }, () => ({
      topic: 't',
      key: 'k',
      value: Buffer.alloc(100),
      headers: {},
    }));
    await bus.publish(records);
    await clock.advance(2_000);
    let turns = 0;
    let isDone = false;
    const count = () => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    await bus.maintain().finally(() => (isDone = true));
    expect(await kept()).toEqual([]);
    expect(turns).toBeGreaterThan(20);
  });
});
