import { describe, expect, it } from 'vitest';
import type { Batch } from '#lib/bus/bus.ts';
import { deferred, eventually } from '../../support/eventually.ts';
import { nextOf, type Workbench } from './workbench.ts';

/** Who gets which records, and from where. */
export function groupCases(bench: Workbench): void {
  const { newTopic, newGroup, send, sendMany, consume, collector, numbered } = bench;

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
      expect(await bench.bus().committed(group, topic)).toEqual([5]);
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
  });
}
