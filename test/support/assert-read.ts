import type { Bus } from '#lib/bus/bus.ts';

/** Throws unless the group has committed everything that is in the topics. */
export async function assertRead(bus: Bus, group: string, topics: readonly string[]): Promise<void> {
  for (const topic of topics) {
    const [committed, offsets] = await Promise.all([bus.committed(group, topic), bus.offsets(topic)]);
    const behind = offsets.filter((o) => o.next > o.earliest && (committed[o.partition] ?? 0) < o.next);
    if (behind.length > 0) throw new Error(`${group} has not read ${topic} to its end`);
  }
}
