import type { Migration } from '#lib/sql/migrate.ts';
import { type WorkTable, workColumns, workIndex } from '#lib/sql/work-table.ts';

/** One planned time of a runbook. Kept behind its turn, so that nobody gives it another one. */
interface PlannedRunTable extends WorkTable {
  runbook: string;
  planned_at: Date;
  /** That it was planned by. */
  timetable: string;
  state: 'planned' | 'run' | 'skipped' | 'dropped';
  /** Of what was run, in the words of incidents. */
  incident_id: string | null;
  /** Run, and its end not heard of. */
  is_open: boolean;
}

export interface ScheduleTables {
  planned_runs: PlannedRunTable;
  run_requests: { id: string; content: string; used_at: Date };
}

export const scheduleMigrations: readonly Migration[] = [
  {
    id: '0004_schedules',
    sql: `
      create table planned_runs (
        ${workColumns},
        runbook text not null,
        planned_at timestamptz not null,
        timetable text not null,
        state text not null check (state in ('planned', 'run', 'skipped', 'dropped')),
        incident_id text,
        is_open boolean not null default false,
        unique (runbook, planned_at)
      );
      ${workIndex('planned_runs')}
      create index planned_runs_open on planned_runs (incident_id) where is_open;`,
  },
  {
    id: '0005_run_requests',
    sql: 'create table run_requests (id text primary key, content text not null, used_at timestamptz not null);',
  },
];
