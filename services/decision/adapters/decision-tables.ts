import type { Json } from '#lib/sql/column-types.ts';
import type { OutboxTables } from '#lib/sql/outbox.ts';
import type { WorkTable } from '#lib/sql/work-table.ts';
import type { Case } from '../domain/cases/case.ts';
import type { EvidenceTables } from './evidence-migrations.ts';
import type { RegistryTables } from './registry-migrations.ts';
import type { ScheduleTables } from './schedule-migrations.ts';

/** One decision that waits: for a plan, for people, for its grant, for a better moment. */
interface CaseTable extends WorkTable {
  incident_id: string;
  external_id: string;
  /** Where people are asked, or shown something. */
  approval_id: string | null;
  state: Case['state'];
  opened_at: Date;
  data: Json<object>;
}

export interface DecisionTables extends OutboxTables, RegistryTables, EvidenceTables, ScheduleTables {
  cases: CaseTable;
  /** Those whose action a person has cancelled. */
  cancelled_decisions: { decision_id: string; cancelled_at: Date };
  /** Which incidents are over, as the log said in its order. */
  episodes: { incident_id: string; resolved_at: Date | null; reopened_at: Date | null };
}
