import type { Json } from '#lib/sql/column-types.ts';

export interface AuditTables {
  events: EventTable;
}

export interface EventTable {
  id: string;
  topic: string;
  partition: number;
  log_offset: number;
  type: string;
  source: string;
  time: Date;
  rank: number;
  incident_id: string;
  decision_id: string;
  action_id: string;
  external_id: string;
  service: string;
  runbook: string;
  runbook_version: number | null;
  outcome: string;
  actor: string;
  text: string;
  data: Json<unknown>;
}
