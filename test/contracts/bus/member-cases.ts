import { describe, expect, it } from 'vitest';
import type { BusRecord } from '#lib/bus/bus.ts';
import { deferred, eventually } from '../../support/eventually.ts';
import { nextOf, expectOrderPerKey, type Workbench } from './workbench.ts';

/** What a member may rely on while it works, and when it ends. */
export function memberCases(bench: Workbench): void {
  const { newTopic, newGroup, send, sendMany, consume, collector, numbered } = bench;

  describe('members', () => {
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
      expect(await bench.bus().committed(group, topic)).toEqual([1]);
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
      expect(await bench.bus().committed(group, topic)).toEqual([1]);
    });

    it('refuse a topic that does not exist', async () => {
      await expect(consume({ topics: ['never-made'], onBatch: async () => {} })).rejects.toMatchObject({
        kind: 'not_found',
        code: 'UNKNOWN_TOPIC',
      });
    });
  });
}
