import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type { Batch, BusRecord } from './bus.ts';
import type { Delivery, SqliteGroup } from './sqlite-group.ts';
import type { SqliteWriter } from './sqlite-writer.ts';

export interface BatchParts {
  readonly writer: SqliteWriter;
  readonly clock: Clock;
  readonly group: SqliteGroup;
}

/** Records that a handler works on. */
export interface InHand extends Delivery {
  readonly records: readonly BusRecord[];
  /** When the handler last gave a sign of life. */
  aliveAtMs: number;
}

/**
 * What the handler sees of it. A batch is stale from the moment its partition is dealt to somebody else, and
 * from then on commits nothing. A consumer that stops still commits: the partition is its own until it leaves.
 */
export function batchOf(delivery: InHand, parts: BatchParts): Batch {
  const { slot, lease, records } = delivery;
  return {
    topic: slot.topic.name,
    partition: slot.partition.number,
    records,
    isStale: () => lease.revoked,
    heartbeat: async () => {
      delivery.aliveAtMs = parts.clock.monotonicMs();
    },
    commit: (nextOffset) => commit(delivery, parts, nextOffset),
  };
}

async function commit(
  { slot, lease, records }: InHand,
  { group, writer }: BatchParts,
  nextOffset: number,
): Promise<void> {
  const first = records[0]?.offset ?? 0;
  const last = records.at(-1)?.offset ?? 0;
  if (!(nextOffset >= first && nextOffset <= last + 1)) throw outOfBatch(nextOffset, first, last);
  if (nextOffset <= group.position(slot)) return;
  const offset = { group: group.name, partition: slot.partition, nextOffset };
  await writer.commit(offset, () => lease.revoked);
}

function outOfBatch(nextOffset: number, first: number, last: number): BelayError {
  return new BelayError('invalid', `offset ${nextOffset} is not of this batch`, {
    code: 'OFFSET_OUT_OF_BATCH',
    field: 'nextOffset',
    why: `the batch goes from ${first} to ${last}`,
  });
}
