import type { Bus } from '#lib/bus/bus.ts';
import { hasReadToEnd } from '#lib/bus/read-to-end.ts';

/** Throws unless the group has committed everything that is in the topics. */
export async function assertRead(bus: Bus, group: string, topics: readonly string[]): Promise<void> {
  for (const topic of topics) {
    if (!(await hasReadToEnd(bus, group, topic)))
      throw new Error(`${group} has not read ${topic} to its end`);
  }
}
