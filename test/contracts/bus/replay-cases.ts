import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Bus, BusRecord } from '#lib/bus/bus.ts';
import { eventually } from '../../support/eventually.ts';
import { DAY_MS, clockTick, expectOrderPerKey, type Workbench } from './workbench.ts';

/** Reading without a group, moving groups, and topics. */
export function replayCases(bench: Workbench): void {
  const { newTopic, newGroup, send, sendMany, consume, collector, numbered } = bench;

  describe('replay', () => {
    it('follows a topic from its beginning, says when it has caught up, and goes on', async () => {
      const topic = await newTopic(3);
      await sendMany(topic, numbered(50, 20));
      const seen: BusRecord[] = [];
      const following = await bench.bus().follow({
        topic,
        from: 'earliest',
        onRecords: (records) => void seen.push(...records),
        onCrash: () => {},
      });
      await following.caughtUp;
      expect(seen.length).toBeGreaterThanOrEqual(50);
      await send(topic, 'k', 'later');
      await eventually(() => expect(seen.map((r) => String(r.value))).toContain('later'));
      await following.stop();
      expectOrderPerKey(seen.slice(0, 50));
    });

    it('keeps nothing of what was read once it has stopped', async () => {
      const topic = await newTopic(1);
      await sendMany(topic, numbered(10));
      const read = async () => {
        const seen: BusRecord[] = [];
        const following = await bench.bus().follow({
          topic,
          from: 'earliest',
          onRecords: (records) => void seen.push(...records),
          onCrash: () => {},
        });
        await following.caughtUp;
        await following.stop();
        return { count: seen.length, kept: new WeakRef(seen) };
      };
      const { count, kept } = await read();
      expect(count).toBe(10);
      await eventually(() => {
        collectGarbage();
        expect(kept.deref() === undefined).toBe(true);
      });
    });

    it('follows from a time and from offsets; an empty topic is caught up at once', async () => {
      const topic = await newTopic(1);
      await sendMany(topic, numbered(3));
      await eventually(() => expect(Date.now()).toBeGreaterThan(0));
      const pivot = await clockTick();
      await send(topic, 'k', 'young');
      const read = async (from: Parameters<Bus['follow']>[0]['from'], of = topic) => {
        const values: string[] = [];
        const f = await bench.bus().follow({
          topic: of,
          from,
          onRecords: (records) => void values.push(...records.map((r) => String(r.value))),
          onCrash: () => {},
        });
        await f.caughtUp;
        await f.stop();
        return values;
      };
      expect(await read({ timeMs: pivot })).toEqual(['young']);
      expect(await read({ offsets: [2] })).toEqual(['2', 'young']);
      expect(await read('earliest', await newTopic(2))).toEqual([]);
    });

    it('moves a group to an offset, to a time, to either end; not under its members', async () => {
      const topic = await newTopic(1);
      const group = newGroup();
      await sendMany(topic, numbered(4));
      const c = collector();
      const member = await consume({ group, topics: [topic], onBatch: c.onBatch });
      await eventually(() => expect(c.seen).toHaveLength(4));
      await expect(bench.bus().seek(group, topic, 'earliest')).rejects.toMatchObject({ kind: 'conflict' });
      await member.stop();
      await bench.bus().seek(group, topic, { offsets: [2] });
      expect(await bench.bus().committed(group, topic)).toEqual([2]);
      await bench.bus().seek(group, topic, 'earliest');
      expect(await bench.bus().committed(group, topic)).toEqual([0]);
      await bench.bus().seek(group, topic, 'latest');
      expect(await bench.bus().committed(group, topic)).toEqual([4]);
      await bench.bus().seek(group, topic, { timeMs: c.seen[0]?.timestampMs ?? 0 });
      expect(await bench.bus().committed(group, topic)).toEqual([0]);
    });

    it('shows the newest record of every key of a compacted topic', async () => {
      const topic = await newTopic(1, { compact: true });
      await sendMany(topic, numbered(60, 3));
      const last = new Map<string, string>();
      const f = await bench.bus().follow({
        topic,
        from: 'earliest',
        onRecords: (records) => {
          for (const r of records) last.set(String(r.key), String(r.value));
        },
        onCrash: () => {},
      });
      await f.caughtUp;
      await f.stop();
      expect(Object.fromEntries(last)).toEqual({ k0: '57', k1: '58', k2: '59' });
    });
  });

  describe('topics', () => {
    it('are created once, described, and left alone when they exist', async () => {
      const topic = await newTopic(2, { compact: true });
      await bench
        .bus()
        .createTopics([{ name: topic, partitions: 5, replicationFactor: 1, retentionMs: 'forever' }]);
      expect(await bench.bus().describeTopic(topic)).toMatchObject({
        name: topic,
        partitions: 2,
        compact: true,
      });
      expect(await bench.bus().describeTopic('never-made')).toBeUndefined();
      const plain = await newTopic(1);
      expect(await bench.bus().describeTopic(plain)).toMatchObject({
        compact: false,
        retentionMs: 7 * DAY_MS,
      });
    });

    it('tell where they begin and end', async () => {
      const topic = await newTopic(2);
      await sendMany(topic, numbered(10, 10));
      const offsets = await bench.bus().offsets(topic);
      expect(offsets.map((o) => o.partition)).toEqual([0, 1]);
      expect(offsets.reduce((sum, o) => sum + o.next - o.earliest, 0)).toBe(10);
    });
  });
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
