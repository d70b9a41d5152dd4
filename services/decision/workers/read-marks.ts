import type { Bus, PartitionOffsets } from '#lib/bus/bus.ts';
import { hasReadTo } from '#lib/bus/read-to-end.ts';

/** Whether a group has handled what a topic held when it was first asked about something. */
export interface ReadMarks {
  isRead(about: string): Promise<boolean>;
  /** Forgets all others. */
  keep(about: readonly string[]): void;
}

/** Where the end is read anew each time, a topic that is never quiet is never read to its end. */
export function readMarks(bus: Bus, group: string, topic: string): ReadMarks {
  const marks = new Map<string, readonly PartitionOffsets[]>();
  const markOf = async (about: string) => {
    const known = marks.get(about);
    if (known) return known;
    const ends = await bus.offsets(topic);
    marks.set(about, ends);
    return ends;
  };
  return {
    isRead: async (about) => hasReadTo(await markOf(about), bus, group, topic),
    keep: (about) => {
      const kept = new Set(about);
      for (const known of marks.keys()) if (!kept.has(known)) marks.delete(known);
    },
  };
}
