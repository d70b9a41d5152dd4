import type { Bus } from '#lib/bus/bus.ts';
import { hasReadToEnd } from '#lib/bus/read-to-end.ts';
import { look } from '../handlers/step.ts';
import type { WatchIds } from '../domain/watch.ts';
import type { Watches } from '../ports.ts';

export interface DeadlineOptions {
  readonly bus: Bus;
  readonly group: string;
  readonly watches: Watches;
  readonly now: () => Date;
}

/** A watch is due: silence counts only once everything that was written until then has been read. */
export async function lookAtDeadline(
  ids: WatchIds,
  { bus, group, watches, now }: DeadlineOptions,
): Promise<void> {
  const readToEnd = await hasReadToEnd(bus, group, 'action');
  await watches.advance(ids, (watch) => {
    const at = now();
    const step = look(watch, { now: at, readToEnd });
    // Overdue and yet not read to the end: what is missing is on its way.
    const soon = new Date(at.getTime() + LOOK_AGAIN_MS);
    return step.lookAgainAt && step.lookAgainAt < soon ? { ...step, lookAgainAt: soon } : step;
  });
}

const LOOK_AGAIN_MS = 1_000;
