import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '#lib/clock.ts';
import { eventually } from '../../test/support/eventually.ts';
import {
  type BusRecord,
  MAX_RECORD_BYTES,
  type OutgoingRecord,
  type Position,
  type TopicSpec,
} from './bus.ts';
import { openSqliteBus, type SqliteBus } from './sqlite-bus.ts';

const HOUR_MS = 3_600_000;
const topic = (spec: Partial<TopicSpec> = {}): TopicSpec => ({
  name: 't',
  partitions: 1,
  retentionMs: 'forever',
  ...spec,
});
const record = (value: string | null, extra: Partial<OutgoingRecord> = {}): OutgoingRecord => ({
  topic: 't',
  key: 'k',
  value: value === null ? null : Buffer.from(value),
  headers: {},
  ...extra,
});

describe('SqliteBus', () => {
  let folder: string;
  let clock: ManualClock;
  let bus: SqliteBus;
  const open = () => openSqliteBus({ file: join(folder, 'bus.db'), clock });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'belay-sqlite-bus-'));
    clock = new ManualClock(new Date('2026-01-01T00:00:00Z'));
    bus = await open();
  });
  afterEach(async () => {
    await bus.close();
    rmSync(folder, { recursive: true });
  });

  const reopen = async () => {
    await bus.close();
    bus = await open();
  };
  const readAll = async (from: Position = 'earliest', name = 't'): Promise<BusRecord[]> => {
    const records: BusRecord[] = [];
    const following = await bus.follow({
      topic: name,
      from,
      onRecords: (some) => void records.push(...some),
      onCrash: () => {},
    });
    await following.caughtUp;
    await following.stop();
    return records;
  };
  const valuesOf = (records: readonly BusRecord[]) => records.map((r) => String(r.value));

  describe('records', () => {
    it('carry the time of the clock and offsets without holes', async () => {
      await bus.createTopics([topic()]);
      await Promise.all([bus.publish([record('a'), record('b')]), bus.publish([record('c')])]);
      await clock.advance(1_000);
      await bus.publish([record('d')]);
      const start = Date.parse('2026-01-01T00:00:00Z');
      expect((await readAll()).map((r) => [String(r.value), r.offset, r.timestampMs - start])).toEqual([
        ['a', 0, 0],
        ['b', 1, 0],
        ['c', 2, 0],
        ['d', 3, 1_000],
      ]);
    });

    it('keep headers of any name and any bytes', async () => {
      await bus.createTopics([topic()]);
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
      const headers = { 'ü "quoted"': 'snowman ☃', raw: bytes, empty: '', ['__proto__']: 'own' };
      await bus.publish([record('a', { headers })]);
      const [read] = await readAll();
      expect(Object.fromEntries(Object.entries(read?.headers ?? {}))).toEqual({
        'ü "quoted"': Buffer.from('snowman ☃'),
        raw: bytes,
        empty: Buffer.alloc(0),
        ['__proto__']: Buffer.from('own'),
      });
    });

    it('that are one byte too large for the topic are refused, header names counted', async () => {
      await bus.createTopics([
        topic({ maxRecordBytes: 2 * MAX_RECORD_BYTES }),
        topic({ name: 'small', maxRecordBytes: 10 }),
      ]);
      const large = Buffer.alloc(MAX_RECORD_BYTES + 1);
      await bus.publish([record(null, { value: large })]);
      const fits = record('1234', { topic: 'small', headers: { ab: 'cde' } });
      await bus.publish([fits]);
      await expect(bus.publish([{ ...fits, headers: { ab: 'cdef' } }])).rejects.toMatchObject({
        kind: 'invalid',
        code: 'TOO_LARGE',
      });
    });

    it('of a call with one that cannot be written are none of them written', async () => {
      await bus.createTopics([topic()]);
      await expect(bus.publish([record('a'), record('b', { key: '' })])).rejects.toMatchObject({
        kind: 'invalid',
        code: 'MISSING_KEY',
        field: 'key',
      });
      expect(await readAll()).toEqual([]);
    });
  });

  describe('restart', () => {
    it('finds topics, records, committed offsets and the next offset as they were', async () => {
      await bus.createTopics([
        topic({ partitions: 2, retentionMs: HOUR_MS }),
        topic({ name: 'c', compact: true }),
      ]);
      await bus.publish(['a', 'b', 'c', 'd'].map((v) => record(v, { key: v })));
      await bus.seek('g', 't', { offsets: [1, 0] });
      const before = { offsets: await bus.offsets('t'), records: await readAll() };
      await reopen();
      expect(await bus.describeTopic('t')).toEqual({
        name: 't',
        partitions: 2,
        retentionMs: HOUR_MS,
        compact: false,
      });
      expect(await bus.describeTopic('c')).toMatchObject({ retentionMs: 'forever', compact: true });
      expect({ offsets: await bus.offsets('t'), records: await readAll() }).toEqual(before);
      expect(await bus.committed('g', 't')).toEqual([1, 0]);
      expect(await bus.committed('other', 't')).toEqual([-1, -1]);
    });

    it('never gives an offset twice, even when retention has removed everything', async () => {
      await bus.createTopics([topic({ retentionMs: HOUR_MS })]);
      await bus.publish([record('a'), record('b')]);
      await clock.advance(2 * HOUR_MS);
      await bus.maintain();
      await reopen();
      expect(await bus.offsets('t')).toEqual([{ partition: 0, earliest: 2, next: 2 }]);
      await bus.publish([record('c')]);
      expect((await readAll()).map((r) => r.offset)).toEqual([2]);
    });
  });

  describe('topics', () => {
    it('can be created while others are in use', async () => {
      await bus.createTopics([topic()]);
      const seen: string[] = [];
      const following = await bus.follow({
        topic: 't',
        from: 'latest',
        onRecords: (records) => void seen.push(...valuesOf(records)),
        onCrash: () => {},
      });
      await bus.createTopics([topic({ name: 'new' }), topic({ name: 'new', partitions: 9 })]);
      await bus.publish([record('a'), record('b', { topic: 'new' })]);
      await eventually(() => expect(seen).toEqual(['a']));
      await following.stop();
      expect(await bus.describeTopic('new')).toMatchObject({ partitions: 1 });
    });

    it('need a partition', async () => {
      await expect(bus.createTopics([topic(), topic({ name: 'none', partitions: 0 })])).rejects.toMatchObject(
        {
          kind: 'invalid',
          field: 'partitions',
        },
      );
      expect(await bus.describeTopic('t')).toBeUndefined();
      await bus.createTopics([topic()]);
      expect(await bus.describeTopic('t')).toBeDefined();
    });

    it.each([
      ['publish', () => bus.publish([record('a')])],
      ['follow', () => readAll()],
      ['seek', () => bus.seek('g', 't', 'latest')],
      ['committed', () => bus.committed('g', 't')],
      ['offsets', () => bus.offsets('t')],
    ])('that do not exist are named by %s', async (_, ask) => {
      await expect(ask()).rejects.toMatchObject({ kind: 'not_found', code: 'UNKNOWN_TOPIC' });
    });
  });

  describe('positions', () => {
    it('by time find the first record that is not older, also when the clock was set back', async () => {
      await bus.createTopics([topic()]);
      const startMs = clock.now().getTime();
      for (const [value, atMs] of [
        ['a', 0],
        ['b', 5_000],
        ['c', 1_000],
        ['d', 6_000],
      ] as const) {
        await bus.close();
        clock = new ManualClock(new Date(startMs + atMs));
        bus = await open();
        await bus.publish([record(value)]);
      }
      expect(valuesOf(await readAll({ timeMs: startMs + 2_000 }))).toEqual(['b', 'c', 'd']);
      expect(valuesOf(await readAll({ timeMs: startMs + 6_000 }))).toEqual(['d']);
      expect(await readAll({ timeMs: startMs + 6_001 })).toEqual([]);
    });

    it.each([[[0]], [[0, 3]], [[-1, 0]], [[0.5, 0]]])(
      'refuse offsets that do not fit: %j',
      async (offsets) => {
        await bus.createTopics([topic({ partitions: 2 })]);
        await expect(bus.seek('g', 't', { offsets })).rejects.toMatchObject({
          kind: 'invalid',
          field: 'offsets',
        });
      },
    );
  });

  describe('follow', () => {
    it('tells of a reader that failed, and that it has not caught up', async () => {
      await bus.createTopics([topic()]);
      await bus.publish([record('a')]);
      const crashes: Error[] = [];
      const following = await bus.follow({
        topic: 't',
        from: 'earliest',
        onRecords: () => Promise.reject(new Error('broken')),
        onCrash: (error) => void crashes.push(error),
      });
      await expect(following.caughtUp).rejects.toThrow('broken');
      expect(crashes.map((e) => e.message)).toEqual(['broken']);
      await following.stop();
    });

    it('reads more than fits into one read, in order', async () => {
      await bus.createTopics([topic()]);
      const values = Array.from({ length: 1_234 }, (_, i) => `${i}`);
      await bus.publish(values.map((value) => record(value)));
      expect(valuesOf(await readAll())).toEqual(values);
    });
  });

  describe('close', () => {
    it('writes what is waiting', async () => {
      await bus.createTopics([topic()]);
      const waiting = bus.publish([record('a')]);
      await bus.close();
      await waiting;
      bus = await open();
      expect(valuesOf(await readAll())).toEqual(['a']);
    });

    it('lets handlers in hand finish, and refuses everything after that', async () => {
      await bus.createTopics([topic(), topic({ name: 'out' })]);
      await bus.publish([record('a')]);
      await bus.consume({
        group: 'g',
        topics: ['t'],
        startAt: 'earliest',
        onBatch: async (batch) => {
          await bus.publish([record('result', { topic: 'out' })]);
          await batch.commit(1);
        },
        onCrash: () => {},
      });
      await bus.close();
      await expect(bus.publish([record('c')])).rejects.toMatchObject({
        kind: 'unavailable',
        code: 'BUS_CLOSED',
      });
      bus = await open();
      expect(valuesOf(await readAll('earliest', 'out'))).toEqual(['result']);
      expect(await bus.committed('g', 't')).toEqual([1]);
    });
  });
});
