import type { Clock } from '#lib/clock.ts';
import { nextRun } from '#lib/runbook/next-run.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { WorkLoop } from '#lib/sql/work-loop.ts';
import { isScheduled } from '../handlers/schedules/scheduled-run.ts';
import type { Schedules } from '../ports.ts';
import { timetableOf } from './drive-schedule.ts';

export interface PlanSchedulesOptions {
  readonly schedules: Pick<Schedules, 'keep'>;
  readonly runbooks: () => readonly Runbook[];
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

const LOOK_EVERY_MS = 5_000;

/** Keeps one planned time waiting for each runbook that is active and has a schedule. */
export function startPlanning({ schedules, runbooks, clock, onError }: PlanSchedulesOptions): WorkLoop {
  const step = async () => {
    const now = clock.now();
    const timetables = runbooks()
      .filter(isScheduled)
      .map((runbook) => ({
        runbook: runbook.name,
        timetable: timetableOf(runbook),
        nextAt: () => nextRun(runbook.schedule, now),
      }));
    await schedules.keep(timetables, now);
    return LOOK_EVERY_MS;
  };
  const loop = new WorkLoop({ clock, step, onError });
  loop.start();
  return loop;
}
