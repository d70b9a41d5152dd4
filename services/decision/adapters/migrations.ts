import type { Migration } from '#lib/sql/migrate.ts';
import { outboxSql } from '#lib/sql/outbox.ts';
import { registryMigrations } from './registry-migrations.ts';

export const migrations: readonly Migration[] = [
  { id: '0001_outbox', sql: outboxSql },
  ...registryMigrations,
];
