import type { OutboxTables } from '#lib/sql/outbox.ts';
import type { RegistryTables } from './registry-migrations.ts';

export interface DecisionTables extends OutboxTables, RegistryTables {}
