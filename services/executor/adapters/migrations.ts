import type { Migration } from '#lib/sql/migrate.ts';
import { workColumns, workIndex } from '#lib/sql/work-table.ts';

export const migrations: readonly Migration[] = [
  {
    id: '0001_ledger',
    sql: `
      create table ledger (
        ${workColumns},
        digest text not null,
        workload text not null,
        order_value bytea not null,
        traceparent text not null,
        state text not null check (state in ('queued', 'acting', 'done', 'closed')),
        before jsonb,
        acted_at timestamptz,
        finished_at timestamptz,
        sequence integer not null default 0
      );
      create index ledger_begun on ledger (workload, acted_at);
      ${workIndex('ledger')}`,
  },
  {
    id: '0002_owner',
    sql: `
      drop index ledger_begun;
      alter table ledger drop column workload;
      alter table ledger add column owner text;
      create index ledger_begun on ledger (owner, acted_at);
      create table owner_hold (owner text primary key, action_id text not null);
      create index owner_hold_action on owner_hold (action_id);`,
  },
  {
    id: '0003_abortion',
    sql: `
      alter table ledger drop constraint ledger_state_check;
      alter table ledger add constraint ledger_state_check
        check (state in ('queued', 'acting', 'done', 'aborted', 'closed'));
      alter table ledger add column abortion jsonb;`,
  },
  {
    id: '0004_live_plan',
    sql: `
      alter table ledger drop constraint ledger_state_check;
      alter table ledger add constraint ledger_state_check
        check (state in ('queued', 'acting', 'done', 'planned', 'aborted', 'closed'));
      alter table ledger add column live_plan jsonb;`,
  },
  {
    id: '0005_cancellations',
    sql: `
      create table cancellations (
        action_id text primary key,
        reason text not null,
        cancelled_at timestamptz not null
      );`,
  },
  {
    id: '0006_cancellations_at',
    sql: 'create index cancellations_at on cancellations (cancelled_at);',
  },
];
