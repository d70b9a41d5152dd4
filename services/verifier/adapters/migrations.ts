import type { Migration } from '#lib/sql/migrate.ts';
import { outboxSql } from '#lib/sql/outbox.ts';
import { workColumns, workIndex } from '#lib/sql/work-table.ts';

/** In the words of its index. */
export const hasUnknownOutcome = `watch->'settled'->>'outcome' = 'unknown'`;

export const migrations: readonly Migration[] = [
  {
    id: '0001_watches',
    sql: `
      create table watches (${workColumns}, watch jsonb not null);
      ${workIndex('watches')}
      ${outboxSql}`,
  },
  {
    id: '0002_unknown_watches',
    // By bytes, whatever the locale of the server: people give the beginning of an id.
    sql: `
      create index watches_unknown on watches (id collate "C") where ${hasUnknownOutcome};`,
  },
];
