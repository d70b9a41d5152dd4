import { BelayError } from '#lib/errors.ts';
import type { Position } from './bus.ts';
import type { SqliteLog } from './sqlite-log.ts';
import type { Topic } from './sqlite-topics.ts';

/** The offset in each partition at which reading starts. */
export async function resolvePosition(log: SqliteLog, topic: Topic, position: Position): Promise<number[]> {
  const { partitions } = topic;
  if (position === 'earliest') return partitions.map((p) => log.earliestOffset(p));
  if (position === 'latest') return partitions.map((p) => p.nextOffset);
  if ('offsets' in position) return checked(topic, position.offsets);
  const offsets: number[] = [];
  for (const partition of partitions) offsets.push(await log.offsetAt(partition, position.timeMs));
  return offsets;
}

/** Beyond the end would silently skip records that are yet to come. */
function checked({ name, partitions }: Topic, offsets: readonly number[]): number[] {
  const isValid =
    offsets.length === partitions.length &&
    partitions.every(
      (p, i) => Number.isInteger(offsets[i]) && Number(offsets[i]) >= 0 && Number(offsets[i]) <= p.nextOffset,
    );
  if (isValid) return [...offsets];
  throw new BelayError('invalid', `these offsets do not fit topic ${name}`, {
    code: 'INVALID_OFFSETS',
    field: 'offsets',
    why: `one for each partition, at most ${partitions.map((p) => p.nextOffset).join(', ')}`,
  });
}
