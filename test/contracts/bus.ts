import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Batch, Bus, BusRecord, Consumption, ConsumeOptions } from '#lib/bus/bus.ts';
import { MAX_RECORD_BYTES } from '#lib/bus/bus.ts';
import { deferred, eventually } from '../support/eventually.ts';

/** What every bus keeps. `open` gives a client of one and the same empty log. */
export function busContract(name: string, open: () => Promise<Bus>): void {
  describe(`bus contract: ${name}`, () => {
    let bus: Bus;
    const running: Consumption[] = [];

    beforeAll(async () => {
      bus = await open();
    });
    afterAll(async () => {
      await Promise.all(running.map((c) => c.stop()));
      await bus?.close();
    });

    const newTopic = async (partitions = 3, extra: { compact?: boolean } = {}): Promise<string> => {
      const topic = `t-${randomUUID().slice(0, 8)}`;
      await bus.createTopics([
        { name: topic, partitions, replicationFactor: 1, retentionMs: 7 * DAY_MS, ...extra },
      ]);
      return topic;
    };
    const newGroup = () => `g-${randomUUID().slice(0, 8)}`;
    const send = (topic: string, key: string, value: string | null, headers = {}) =>
      bus.publish([{ topic, key, value: value === null ? null : Buffer.from(value), headers }]);
    const sendMany = (topic: string, pairs: [string, string][]) =>
      bus.publish(pairs.map(([key, value]) => ({ topic, key, value: Buffer.from(value), headers: {} })));
    const consume = async (options: Partial<ConsumeOptions> & Pick<ConsumeOptions, 'topics' | 'onBatch'>) => {
      const consumption = await bus.consume({
        group: newGroup(),
        startAt: 'earliest',
        sessionTimeoutMs: 6_000,
        onCrash: () => {},
        ...options,
      });
      running.push(consumption);
      return consumption;
    };
    /** A member that notes what it saw and commits it. */
    const collector = () => {
      const seen: BusRecord[] = [];
      const onBatch = async (batch: Batch) => {
        seen.push(...batch.records);
        await batch.commit(nextOf(batch));
      };
      return { seen, values: () => seen.map((r) => String(r.value)), onBatch };
    };
    const numbered = (count: number, keys = 5): [string, string][] =>
      Array.from({ length: count }, (_, i) => [`k${i % keys}`, `${i}`]);

    describe('records', () => {
      it('come back with the bytes they were given: key, value, headers, tombstone, nothing at all', async () => {
        const topic = await newTopic(1);
        const binary = Buffer.from([0, 255, 128, 10]);
        await bus.publish([
          { topic, key: binary, value: binary, headers: { plain: 'text ü', raw: binary } },
          { topic, key: 'k', value: null, headers: {} },
          { topic, key: 'k', value: Buffer.alloc(0), headers: {} },
        ]);
        const c = collector();
        await consume({ topics: [topic], onBatch: c.onBatch });
        await eventually(() => expect(c.seen).toHaveLength(3));
        const [first, tombstone, empty] = c.seen;
        expect(first).toMatchObject({ topic, partition: 0, offset: 0, key: binary, value: binary });
        expect(first?.headers['plain']?.toString()).toBe('text ü');
        expect(first?.headers['raw']).toEqual(binary);
        expect(Math.abs((first?.timestampMs ?? 0) - Date.now())).toBeLessThan(60_000);
        expect(tombstone?.value).toBeNull();
        expect(empty?.value).toEqual(Buffer.alloc(0));
      });

      it('of one key share a partition and keep their order, also over concurrent publishes', async () => {
        const topic = await newTopic(4);
        await Promise.all(numbered(400, 7).map(([key, value]) => send(topic, key, value)));
        const c = collector();
        await consume({ topics: [topic], onBatch: c.onBatch });
        await eventually(() => expect(c.seen).toHaveLength(400));
        expectOrderPerKey(c.seen);
        expect(new Set(c.seen.map((r) => r.partition)).size).toBeGreaterThan(1);
      });

      it('that can never be written are refused alone, with the field', async () => {
        const topic = await newTopic(1);
        const huge = Buffer.alloc(MAX_RECORD_BYTES + 1);
        const results = await Promise.allSettled([
          send(topic, 'a', 'good'),
          bus.publish([{ topic, key: 'a', value: huge, headers: {} }]),
          bus.publish([{ topic, key: '', value: Buffer.from('x'), headers: {} }]),
          send('no-such-topic', 'a', 'x'),
          send(topic, 'a', 'good too'),
        ]);
        expect(results.map((r) => r.status)).toEqual([
          'fulfilled',
          'rejected',
          'rejected',
          'rejected',
          'fulfilled',
        ]);
        expect(reasonOf(results[1])).toMatchObject({ kind: 'invalid', code: 'TOO_LARGE' });
        expect(reasonOf(results[2])).toMatchObject({ kind: 'invalid', field: 'key' });
        expect(reasonOf(results[3])).toMatchObject({ kind: 'not_found', code: 'UNKNOWN_TOPIC' });
        expect((await bus.offsets(topic))[0]?.next).toBe(2);
      });

      it('of exactly the limit pass', async () => {
        const topic = await newTopic(1);
        await bus.publish([{ topic, key: 'k', value: Buffer.alloc(MAX_RECORD_BYTES - 1), headers: {} }]);
        const c = collector();
        await consume({ topics: [topic], onBatch: c.onBatch });
        await eventually(() => expect(c.seen[0]?.value?.length).toBe(MAX_RECORD_BYTES - 1));
      });
    });

    describe('groups', () => {
      it('each get every record, and one member of each gets it', async () => {
        const topic = await newTopic(4);
        const [a1, a2, b] = [collector(), collector(), collector()];
        const group = newGroup();
        await consume({ group, topics: [topic], onBatch: a1.onBatch });
        await consume({ group, topics: [topic], onBatch: a2.onBatch });
        await consume({ topics: [topic], onBatch: b.onBatch });
        await sendMany(topic, numbered(200, 50));
        await eventually(() => expect(new Set([...a1.values(), ...a2.values()]).size).toBe(200));
        await eventually(() => expect(b.seen).toHaveLength(200));
      });

      it('go on where they committed, and see again what they did not commit', async () => {
        const topic = await newTopic(1);
        const group = newGroup();
        await sendMany(topic, numbered(10));
        const half = collector();
        const first = await consume({
          group,
          topics: [topic],
          onBatch: async (batch) => {
            half.seen.push(...batch.records);
            await batch.commit(5);
          },
        });
        await eventually(() => expect(half.seen.length).toBeGreaterThan(5));
        await first.stop();
        expect(await bus.committed(group, topic)).toEqual([5]);
        const rest = collector();
        await consume({ group, topics: [topic], onBatch: rest.onBatch });
        await eventually(() => expect(rest.values()).toEqual(['5', '6', '7', '8', '9']));
      });

      it('that are new start where they were told to', async () => {
        const topic = await newTopic(1);
        await send(topic, 'k', 'before');
        const c = collector();
        await consume({ topics: [topic], startAt: 'latest', onBatch: c.onBatch });
        // The position is resolved some time after the join, so what counts is the last record sent.
        await eventually(async () => {
          await send(topic, 'k', 'after');
          expect(c.values()).toContain('after');
        });
        expect(c.values()).not.toContain('before');
      });

      it('share the work anew when a member joins or leaves, and lose nothing', async () => {
        const topic = await newTopic(4);
        const group = newGroup();
        const [a, b] = [collector(), collector()];
        const first = await consume({ group, topics: [topic], onBatch: a.onBatch });
        await sendMany(topic, numbered(100, 40));
        await eventually(() => expect(first.assigned()[topic]).toHaveLength(4));
        const second = await consume({ group, topics: [topic], onBatch: b.onBatch });
        await eventually(() => {
          expect(first.assigned()[topic]).toHaveLength(2);
          expect(second.assigned()[topic]).toHaveLength(2);
        }, 20_000);
        await sendMany(
          topic,
          numbered(100, 40).map(([key, value]) => [key, `again-${value}`]),
        );
        await eventually(() => expect(new Set([...a.values(), ...b.values()]).size).toBe(200));
        expect(b.seen.length).toBeGreaterThan(0);
        await first.stop();
        await eventually(() => expect(second.assigned()[topic]).toHaveLength(4), 20_000);
        await sendMany(topic, [['last', 'last']]);
        await eventually(() => expect(b.values()).toContain('last'));
      });

      it('mark a batch stale when its partition has gone to another member', async () => {
        const topic = await newTopic(2);
        const group = newGroup();
        const stale = deferred<Batch>();
        const other = collector();
        await sendMany(topic, numbered(20, 10));
        await consume({
          group,
          topics: [topic],
          concurrency: 2,
          onBatch: async (batch) => {
            // Slow but alive: it heartbeats until it learns that the partition is not its own any more.
            await eventually(async () => {
              await batch.heartbeat().catch(() => {});
              expect(batch.isStale()).toBe(true);
            }, 30_000);
            stale.resolve(batch);
          },
        });
        await consume({ group, topics: [topic], concurrency: 2, onBatch: other.onBatch });
        const batch = await stale.promise;
        await batch.commit(nextOf(batch));
        await eventually(
          () => expect(other.seen.some((r) => r.partition === batch.partition)).toBe(true),
          20_000,
        ).catch(
          // The partition may have come back to the first member: then it is seen there again, and stale again.
          () => expect(batch.isStale()).toBe(true),
        );
      });

      it('keep a slow member that heartbeats', async () => {
        const topic = await newTopic(1);
        const group = newGroup();
        await send(topic, 'k', 'slow');
        let deliveries = 0;
        const release = deferred();
        const committed = deferred();
        await consume({
          group,
          topics: [topic],
          onBatch: async (batch) => {
            deliveries += 1;
            const beat = setInterval(() => void batch.heartbeat().catch(() => {}), 500);
            await release.promise;
            clearInterval(beat);
            await batch.commit(nextOf(batch));
            committed.resolve();
          },
        });
        const started = performance.now();
        await eventually(() => expect(performance.now() - started).toBeGreaterThan(8_000), 12_000);
        release.resolve();
        await committed.promise;
        expect(deliveries).toBe(1);
        expect(await bus.committed(group, topic)).toEqual([1]);
      });

      it('hand a partition over batch by batch, never two at once, several partitions at once', async () => {
        const topic = await newTopic(2);
        await sendMany(topic, numbered(200, 20));
        const inHand = new Map<number, number>();
        let most = 0;
        let together = 0;
        const seen: BusRecord[] = [];
        await consume({
          topics: [topic],
          concurrency: 2,
          maxBatchRecords: 10,
          onBatch: async (batch) => {
            inHand.set(batch.partition, (inHand.get(batch.partition) ?? 0) + 1);
            most = Math.max(most, ...inHand.values());
            together = Math.max(
              together,
              [...inHand.values()].reduce((a, b) => a + b, 0),
            );
            await new Promise((resolve) => setTimeout(resolve, 5));
            expect(batch.records.length).toBeLessThanOrEqual(10);
            seen.push(...batch.records);
            inHand.set(batch.partition, (inHand.get(batch.partition) ?? 0) - 1);
            await batch.commit(nextOf(batch));
          },
        });
        await eventually(() => expect(seen).toHaveLength(200));
        expect(most).toBe(1);
        expect(together).toBe(2);
        expectOrderPerKey(seen);
      });

      it('report a crashed member once, and give its records to the next', async () => {
        const topic = await newTopic(1);
        const group = newGroup();
        await sendMany(topic, numbered(3));
        const crashes: Error[] = [];
        const crashed = deferred();
        await consume({
          group,
          topics: [topic],
          onBatch: async () => {
            throw new Error('broken');
          },
          onCrash: (error) => {
            crashes.push(error);
            crashed.resolve();
          },
        });
        await crashed.promise;
        const c = collector();
        await consume({ group, topics: [topic], onBatch: c.onBatch });
        await eventually(() => expect(c.values()).toEqual(['0', '1', '2']), 20_000);
        expect(crashes).toHaveLength(1);
        expect(String(crashes[0])).toContain('broken');
      });

      it('wait on stop for the batch in hand, and begin no other', async () => {
        const topic = await newTopic(1);
        const group = newGroup();
        await sendMany(topic, numbered(4));
        const begun = deferred();
        const finish = deferred();
        let batches = 0;
        const consumption = await consume({
          group,
          topics: [topic],
          maxBatchRecords: 1,
          onBatch: async (batch) => {
            batches += 1;
            begun.resolve();
            await finish.promise;
            await batch.commit(nextOf(batch));
          },
        });
        await begun.promise;
        let stopped = false;
        const stopping = consumption.stop().then(() => {
          stopped = true;
        });
        await new Promise((resolve) => setImmediate(resolve));
        expect(stopped).toBe(false);
        finish.resolve();
        await stopping;
        expect(batches).toBe(1);
        expect(await bus.committed(group, topic)).toEqual([1]);
      });

      it('refuse a topic that does not exist', async () => {
        await expect(consume({ topics: ['never-made'], onBatch: async () => {} })).rejects.toMatchObject({
          kind: 'not_found',
          code: 'UNKNOWN_TOPIC',
        });
      });
    });

    describe('replay', () => {
      it('follows a topic from its beginning, says when it has caught up, and goes on', async () => {
        const topic = await newTopic(3);
        await sendMany(topic, numbered(50, 20));
        const seen: BusRecord[] = [];
        const following = await bus.follow({
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

      it('follows from a time and from offsets; an empty topic is caught up at once', async () => {
        const topic = await newTopic(1);
        await sendMany(topic, numbered(3));
        await eventually(() => expect(Date.now()).toBeGreaterThan(0));
        const pivot = await clockTick();
        await send(topic, 'k', 'young');
        const read = async (from: Parameters<Bus['follow']>[0]['from'], of = topic) => {
          const values: string[] = [];
          const f = await bus.follow({
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
        await expect(bus.seek(group, topic, 'earliest')).rejects.toMatchObject({ kind: 'conflict' });
        await member.stop();
        await bus.seek(group, topic, { offsets: [2] });
        expect(await bus.committed(group, topic)).toEqual([2]);
        await bus.seek(group, topic, 'earliest');
        expect(await bus.committed(group, topic)).toEqual([0]);
        await bus.seek(group, topic, 'latest');
        expect(await bus.committed(group, topic)).toEqual([4]);
        await bus.seek(group, topic, { timeMs: c.seen[0]?.timestampMs ?? 0 });
        expect(await bus.committed(group, topic)).toEqual([0]);
      });

      it('shows the newest record of every key of a compacted topic', async () => {
        const topic = await newTopic(1, { compact: true });
        await sendMany(topic, numbered(60, 3));
        const last = new Map<string, string>();
        const f = await bus.follow({
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
        await bus.createTopics([
          { name: topic, partitions: 5, replicationFactor: 1, retentionMs: 'forever' },
        ]);
        expect(await bus.describeTopic(topic)).toMatchObject({ name: topic, partitions: 2, compact: true });
        expect(await bus.describeTopic('never-made')).toBeUndefined();
        const plain = await newTopic(1);
        expect(await bus.describeTopic(plain)).toMatchObject({ compact: false, retentionMs: 7 * DAY_MS });
      });

      it('tell where they begin and end', async () => {
        const topic = await newTopic(2);
        await sendMany(topic, numbered(10, 10));
        const offsets = await bus.offsets(topic);
        expect(offsets.map((o) => o.partition)).toEqual([0, 1]);
        expect(offsets.reduce((sum, o) => sum + o.next - o.earliest, 0)).toBe(10);
      });
    });
  });
}

const DAY_MS = 86_400_000;

const nextOf = (batch: Batch): number => (batch.records.at(-1)?.offset ?? -1) + 1;

const reasonOf = (result: PromiseSettledResult<unknown> | undefined): unknown =>
  result?.status === 'rejected' ? result.reason : undefined;

/** A time that lies behind everything written so far and before everything written next. */
async function clockTick(): Promise<number> {
  const start = Date.now();
  return eventually(() => {
    const now = Date.now();
    expect(now).toBeGreaterThan(start + 1);
    return now;
  });
}

function expectOrderPerKey(records: readonly BusRecord[]): void {
  const last = new Map<string, number>();
  for (const record of records) {
    const key = String(record.key);
    const value = Number(String(record.value));
    expect(value).toBeGreaterThan(last.get(key) ?? -1);
    last.set(key, value);
  }
}
