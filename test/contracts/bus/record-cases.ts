import { describe, expect, it } from 'vitest';
import { MAX_RECORD_BYTES } from '#lib/bus/bus.ts';
import { eventually } from '../../support/eventually.ts';
import { reasonOf, expectOrderPerKey, type Workbench } from './workbench.ts';

/** What is written is what is read. */
export function recordCases(bench: Workbench): void {
  const { newTopic, send, consume, collector, numbered } = bench;

  describe('records', () => {
    it('come back with the bytes they were given: key, value, headers, tombstone, nothing at all', async () => {
      const topic = await newTopic(1);
      const binary = Buffer.from([0, 255, 128, 10]);
      await bench.bus().publish([
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
        bench.bus().publish([{ topic, key: 'a', value: huge, headers: {} }]),
        bench.bus().publish([{ topic, key: '', value: Buffer.from('x'), headers: {} }]),
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
      expect((await bench.bus().offsets(topic))[0]?.next).toBe(2);
    });

    it('of exactly the limit pass', async () => {
      const topic = await newTopic(1);
      await bench
        .bus()
        .publish([{ topic, key: 'k', value: Buffer.alloc(MAX_RECORD_BYTES - 1), headers: {} }]);
      const c = collector();
      await consume({ topics: [topic], onBatch: c.onBatch });
      await eventually(() => expect(c.seen[0]?.value?.length).toBe(MAX_RECORD_BYTES - 1));
    });
  });
}
