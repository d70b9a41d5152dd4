import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { repairKafkajs } from './kafka-repairs.ts';

const require = createRequire(import.meta.url);
type Queue = {
  throttleCheckTimeoutId: unknown;
  pending: unknown[];
  checkPendingRequests(): void;
  destroy(): void;
};
const RequestQueue = require('kafkajs/src/network/requestQueue') as new (options: object) => Queue;
const newQueue = () => new RequestQueue({ logger: {}, clientId: 'c', broker: 'b' });

// Each of these fails when a version of kafkajs comes in that the repairs do not reach.
describe('the repaired kafkajs', () => {
  beforeAll(repairKafkajs);

  it('sets no timer while no request waits', () => {
    const queue = newQueue();
    queue.checkPendingRequests();
    expect(queue.throttleCheckTimeoutId).toBeNull();
  });

  it('still comes back to requests that wait', () => {
    const queue = Object.assign(newQueue(), { throttledUntil: Date.now() + 60_000 });
    queue.pending.push({});
    queue.checkPendingRequests();
    expect(queue.throttleCheckTimeoutId).not.toBeNull();
    queue.destroy();
  });

  it('writes the same bytes, into buffers that begin small and are not filled first', () => {
    type Encoder = { buf: Buffer; buffer: Buffer };
    const encode = require('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => Encoder;
    const Encoder = require('kafkajs/src/protocol/encoder') as new (size?: number) => Encoder;
    expect(new Encoder().buf).toHaveLength(64);
    const record = { key: 'k', value: Buffer.alloc(3_000, 'v'), headers: { h: 'w'.repeat(70) } };
    const { buffer } = encode(record);
    const header = Buffer.concat([Buffer.from([2, 2]), Buffer.from('h'), Buffer.from([140, 1])]);
    const expected = [
      Buffer.from([0, 0, 0, 2]),
      Buffer.from('k'),
      Buffer.from([240, 46]),
      record.value,
      header,
      Buffer.from(record.headers.h),
    ];
    expect(buffer.subarray(2).toString('hex')).toBe(Buffer.concat(expected).toString('hex'));
  });

  it('reads a flood of headers in the time of reading them', () => {
    const Encoder = require('kafkajs/src/protocol/encoder') as new () => { buffer: Buffer };
    const encode = require('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => object;
    const Decoder = require('kafkajs/src/protocol/decoder') as new (
      buffer: Buffer,
    ) => { readVarInt(): number };
    const decode = require('kafkajs/src/protocol/recordBatch/record/v0/decoder') as (
      decoder: object,
      context: object,
    ) => { headers: Record<string, Buffer> };
    const headers = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`h${i}`, 'v']));
    const encoded = encode({ key: 'k', value: 'v', headers }) as InstanceType<typeof Encoder>;
    const decoder = new Decoder(encoded.buffer);
    decoder.readVarInt();
    const started = performance.now();
    const record = decode(decoder, { firstOffset: '0', firstTimestamp: '0' });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(Object.keys(record.headers)).toHaveLength(50_000);
    expect(Object.getPrototypeOf(record.headers)).toBeNull();
  });
});
