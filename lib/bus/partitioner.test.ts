import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { partitionOf } from './partitioner.ts';

const kafkaPartitioner = kafkajs.Partitioners.DefaultPartitioner();
const kafkaPartitionOf = (key: Buffer, partitions: number) =>
  kafkaPartitioner({
    topic: 't',
    partitionMetadata: Array.from({ length: partitions }, (_, partitionId) => ({
      partitionId,
      partitionErrorCode: 0,
      leader: 1,
      replicas: [1],
      isr: [1],
    })),
    message: { key, value: null },
  });

describe('partitionOf', () => {
  // Partitions that Kafka's Java client chooses.
  it.each([
    ['21', 340],
    ['abc', 107],
    ['foobar', 166],
    ['a-little-bit-long-string', 112],
    ['a-little-bit-longer-string', 819],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', 677],
  ])('puts %j where Kafka puts it', (key, partition) => {
    expect(partitionOf(Buffer.from(key), 1_000)).toBe(partition);
  });

  it('agrees with the default partitioner of Kafka for every key and number of partitions', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 500 }), (bytes, partitions) => {
        const key = Buffer.from(bytes);
        expect(partitionOf(key, partitions)).toBe(kafkaPartitionOf(key, partitions));
      }),
    );
  });
});
