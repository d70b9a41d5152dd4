import { Cron } from 'croner';

export interface Timetable {
  readonly cron: string;
  readonly timeZone: string;
}

/**
 * The first planned time behind a moment; undefined where there is none any more. A fixed time of day that the clocks
 * leave out is planned for the moment after the gap, and one that they show twice is planned once.
 */
export function nextRun({ cron, timeZone }: Timetable, after: Date): Date | undefined {
  const job = new Cron(cron, { mode: '5-part', timezone: timeZone, paused: true });
  return job.nextRun(after) ?? undefined;
}

/** Whether a moment is one of the planned times. */
export const isPlannedFor = (timetable: Timetable, at: Date): boolean =>
  nextRun(timetable, new Date(at.getTime() - 1))?.getTime() === at.getTime();
