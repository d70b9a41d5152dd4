import type { Bus, PartitionOffsets } from './bus.ts';

/** Whether a group has handled everything that a topic held when it was asked. */
export async function hasReadToEnd(bus: Bus, group: string, topic: string): Promise<boolean> {
  // In this order: what is committed after the ends were read only counts for more.
  return hasReadTo(await bus.offsets(topic), bus, group, topic);
}

/** Whether it has handled what was there when these were the ends. */
export async function hasReadTo(
  ends: readonly PartitionOffsets[],
  bus: Bus,
  group: string,
  topic: string,
): Promise<boolean> {
  const committed = await bus.committed(group, topic);
  return ends.every(
    ({ partition, next, earliest }) => next === earliest || (committed[partition] ?? 0) >= next,
  );
}
