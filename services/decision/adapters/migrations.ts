import type { Migration } from '#lib/sql/migrate.ts';
import { outboxSql } from '#lib/sql/outbox.ts';
import { workColumns, workIndex } from '#lib/sql/work-table.ts';
import { evidenceMigrations } from './evidence-migrations.ts';
import { registryMigrations } from './registry-migrations.ts';
import { scheduleMigrations } from './schedule-migrations.ts';

export const migrations: readonly Migration[] = [
  {
    id: '0001_cases',
    sql: `
      create table cases (
        ${workColumns},
        incident_id text not null,
        external_id text not null,
        approval_id text unique,
        state text not null check (state in ('planning', 'pending', 'granting', 'retrying', 'closed')),
        opened_at timestamptz not null,
        data jsonb not null
      );
      ${workIndex('cases')}
      create index cases_incident on cases (incident_id);
      create table episodes (incident_id text primary key, resolved_at timestamptz, reopened_at timestamptz);
      create index episodes_resolved on episodes (resolved_at) where resolved_at is not null;
      ${outboxSql}`,
  },
  ...registryMigrations,
  ...evidenceMigrations,
  ...scheduleMigrations,
  {
    id: '0006_cancelled_decisions',
    sql: `
      create table cancelled_decisions (decision_id text primary key, cancelled_at timestamptz not null);
      create index cancelled_decisions_at on cancelled_decisions (cancelled_at);`,
  },
];
