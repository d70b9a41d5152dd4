import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Three faults of kafkajs 2.2.4, which gets no more releases, put right where they are. The replacements do
 * nothing to a version that has moved these functions.
 */
export function repairKafkajs(): void {
  if (repaired) return;
  repaired = true;
  stopIdleTimer();
  readHeadersOnce();
  encodeIntoLess();
}

let repaired = false;

interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
}

/**
 * Every connection woke up a thousand times a second to look at an empty queue, by a timer with a negative
 * delay, which Node 24 warns of. The timer is only needed while requests wait for their turn.
 */
function stopIdleTimer(): void {
  const { prototype } = require('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  const schedule = prototype.scheduleCheckPendingRequests;
  if (typeof schedule !== 'function') return;
  prototype.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) schedule.call(this);
  };
}

interface Decoder {
  readVarInt(): number;
  readVarIntArray(read: (decoder: Decoder) => Header): Pick<Header[], 'reduce'>;
}

interface Header {
  readonly key: string;
  readonly value: Buffer | null;
}

/**
 * The headers of a record were copied once for each header: a record of 120 kB with 20,000 of them, from
 * whoever may write to a topic, held the process for a minute and its consumer out of the group for ever.
 * Only the decoder of headers reads arrays of this kind; it reduces them to an object, here a finished one.
 */
function readHeadersOnce(): void {
  const { prototype } = require('kafkajs/src/protocol/decoder') as { prototype: Decoder };
  if (typeof prototype.readVarIntArray !== 'function') return;
  prototype.readVarIntArray = function (read) {
    const headers = Object.create(null) as Record<string, Buffer>;
    for (let left = this.readVarInt(); left > 0; left -= 1) {
      const { key, value } = read(this);
      headers[key] = value ?? NOTHING;
    }
    return { reduce: () => headers } as unknown as Header[];
  };
}

const NOTHING = Buffer.alloc(0);

interface Encoder {
  buf: Buffer;
  readonly offset: number;
  ensureAvailable: (this: Encoder, length: number) => void;
}

interface EncoderClass {
  readonly prototype: Encoder;
  nextPowerOfTwo: (size: number) => number;
}

/**
 * Each record, and each of its headers, began with 512 bytes of zeros outside of the heap, and whatever grew was
 * filled with zeros before it was written to: half of what it costs to encode an event. Only what has been
 * written is ever read.
 */
function encodeIntoLess(): void {
  const encoder = require('kafkajs/src/protocol/encoder') as EncoderClass;
  const { prototype, nextPowerOfTwo } = encoder;
  if (typeof nextPowerOfTwo !== 'function' || typeof prototype.ensureAvailable !== 'function') return;
  encoder.nextPowerOfTwo = (size) => (size === DEFAULT_SIZE ? FIRST_BYTES : nextPowerOfTwo(size));
  prototype.ensureAvailable = function (length) {
    const needed = this.offset + length;
    if (needed <= this.buf.length) return;
    const larger = Buffer.allocUnsafe(nextPowerOfTwo(needed));
    this.buf.copy(larger, 0, 0, this.offset);
    this.buf = larger;
  };
}

/** What an encoder asks for that was not told a size. */
const DEFAULT_SIZE = 511;
/** Up to this size a buffer lies in the heap. */
const FIRST_BYTES = 64;
