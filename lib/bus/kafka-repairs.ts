import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Two faults of kafkajs 2.2.4, which gets no more releases, put right where they are. Both replacements do
 * nothing to a version that has moved these functions.
 */
export function repairKafkajs(): void {
  if (repaired) return;
  repaired = true;
  stopIdleTimer();
  readHeadersOnce();
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
