import { randomUUID } from 'node:crypto';
import type { Publish } from '#lib/platform/publisher.ts';
import type { Sql } from '#lib/sql/open-sql.ts';
import type { OutboxSweeper } from '#lib/sql/outbox-sweeper.ts';
import { RowWorker } from '#lib/sql/row-worker.ts';
import type { DecisionTables } from '../adapters/decision-tables.ts';
import { sqlSchedules } from '../adapters/sql-schedules.ts';
import type { DecideOptions } from '../handlers/decide-incident.ts';
import type { Schedules } from '../ports.ts';
import { driveSchedule, type ScheduleDriver } from '../workers/drive-schedule.ts';
import { startPlanning } from '../workers/plan-schedules.ts';
import { type Around, type Keep, NAME } from './around.ts';

interface SchedulesAround extends Around {
  readonly deciding: DecideOptions & Pick<ScheduleDriver, 'runbooks'>;
  /** Signs orders. */
  readonly sealed: Publish;
  readonly keep: Keep;
}

/** The planned times of what has a schedule, and the worker that gives each its turn. */
export function startSchedules(
  { db }: Sql<DecisionTables>,
  outbox: OutboxSweeper<DecisionTables>,
  { platform, logger, deciding, sealed: publish, keep }: SchedulesAround,
): Schedules {
  const { clock } = platform;
  const schedules = sqlSchedules({
    db,
    source: `belay/${NAME}`,
    onEvents: () => outbox.poke(),
    onDue: () => worker.poke(),
  });
  const driver = { ...deciding, schedules, clock, publish };
  const worker = new RowWorker({
    db,
    table: 'planned_runs',
    clock,
    owner: `${NAME}/${randomUUID().slice(0, 8)}`,
    handle: ({ planned_at: plannedAt, ...row }) => driveSchedule({ ...row, plannedAt }, driver),
    onError: (error, row) =>
      logger.warn(
        { err: error, planned: row?.id },
        'a planned time could not have its turn, and gets it again',
      ),
  });
  worker.start();
  keep(() => worker.stop());
  const onError = (error: unknown) => logger.warn({ err: error }, 'planned times could not be looked at');
  const planning = startPlanning({ schedules, runbooks: deciding.runbooks, clock, onError });
  keep(() => planning.stop());
  return schedules;
}
