import type { Clock } from '#lib/clock.ts';
import { outgoing, type OutgoingEvent } from '#lib/events/event.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import { isPlannedFor, nextRun } from '#lib/runbook/next-run.ts';
import type { ActiveRunbook } from '../domain/registry/active-runbook.ts';
import { judgeTurn, LATEST_START_MS, nextTurn, type SkipCode } from '../domain/schedules/judge-turn.ts';
import { decideIncident, type DecideOptions } from '../handlers/decide-incident.ts';
import { decisionIdOf } from '../handlers/decision-id.ts';
import { ENGINE, isScheduled, type Scheduled, scheduledRun } from '../handlers/schedules/scheduled-run.ts';
import { toRunbookRef } from '../handlers/to-proto.ts';
import type { PlannedRun, Schedules } from '../ports.ts';
import { wasDecided } from './was-decided.ts';

export interface ScheduleDriver extends DecideOptions {
  readonly runbooks: () => readonly ActiveRunbook[];
  readonly schedules: Pick<Schedules, 'isOpen' | 'begin' | 'finish'>;
  readonly clock: Clock;
  /** Signs orders. */
  readonly publish: Publish;
}

/**
 * A planned time has come. What it leads to is published before that is noted: a crash between says the same again,
 * because the run of a planned time is one decision.
 */
export async function driveSchedule(row: PlannedRun, driver: ScheduleDriver): Promise<void> {
  const { schedules, clock, targets, guardrails } = driver;
  const runbook = driver.runbooks().find((one) => one.name === row.runbook);
  const now = clock.now();
  // Retired, or not scheduled for it any more, since the time was planned.
  if (!runbook || !isScheduled(runbook) || !isStillPlanned(runbook, row))
    return schedules.finish(row, { is: 'dropped' }, undefined, now);
  const { plannedAt } = row;
  const considered = scheduledRun(runbook, plannedAt, targets, now);
  const { incident, causeId } = considered;
  // One that was decided before a crash would count as missed.
  const isDecided = await wasDecided(decisionIdOf(incident.incidentId, causeId), guardrails);
  const isOneBeforeOpen = await schedules.isOpen(runbook.name, plannedAt, now);
  const turn = judgeTurn({ plannedAt, wasDecided: isDecided, isOneBeforeOpen }, now);
  const next = nextTurn((after) => nextRun(runbook.schedule, after), plannedAt, now);
  const planned = next.at && { at: next.at, timetable: timetableOf(runbook) };
  if (turn.is === 'skipped') {
    const event = skipped(runbook, row, turn.code, next.further, now);
    return schedules.finish(row, { is: 'skipped', event }, planned, now);
  }
  // Before its action can end: the end finds it, also where whoever began it is gone by then.
  await schedules.begin(row, incident.incidentId);
  const events = await decideIncident(considered, driver, now);
  await driver.publish(events);
  return schedules.finish(row, { is: 'run', isOver: !goesOn(events) }, planned, now);
}

/** Another timetable may have the same time: it is dropped by neither. */
const isStillPlanned = (runbook: Scheduled, { timetable, plannedAt }: PlannedRun): boolean =>
  timetableOf(runbook) === timetable || isPlannedFor(runbook.schedule, plannedAt);

/** By what a planned time is found to be of a timetable from before. */
export const timetableOf = ({ schedule }: Scheduled): string => `${schedule.cron} ${schedule.timeZone}`;

/** An order goes out. Of an action that has settled by now none does. */
const goesOn = (events: readonly OutgoingEvent[]): boolean => events.some(({ type }) => type === 'Order');

function skipped(
  runbook: ActiveRunbook & Scheduled,
  { plannedAt }: PlannedRun,
  code: SkipCode,
  further: number,
  now: Date,
): OutgoingEvent {
  return outgoing('RunSkipped', {
    actor: ENGINE,
    runbook: toRunbookRef(runbook),
    plannedAt,
    code,
    reason: REASONS[code],
    skippedAt: now,
    further,
  });
}

const REASONS: Readonly<Record<SkipCode, string>> = {
  missed: `nobody could begin it within ${LATEST_START_MS / 1_000} s`,
  still_open: 'the run before it is not over',
};
