import type { Migration } from '#lib/sql/migrate.ts';
import { outboxSql } from '#lib/sql/outbox.ts';
import { workColumns, workIndex } from '#lib/sql/work-table.ts';

export const migrations: readonly Migration[] = [
  {
    id: '0001_watches',
    sql: `
      create table watches (${workColumns}, watch jsonb not null);
      ${workIndex('watches')}
      ${outboxSql}`,
  },
];
