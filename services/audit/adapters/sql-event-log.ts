import { CompiledQuery, type Insertable, type Kysely } from 'kysely';
import type { AuditedEvent } from '../domain/audited-event.ts';
import type { EventLog } from '../ports.ts';
import type { AuditTables, EventTable } from './audit-tables.ts';

type Row = Insertable<EventTable>;

/** One statement an event, built once: this is all that happens to most of them. */
export function sqlEventLog(db: Kysely<AuditTables>): EventLog {
  let statement: string | undefined;
  return {
    append: async (event) => {
      const row = toRow(event);
      statement ??= insertOf(db, row);
      await db.executeQuery(CompiledQuery.raw(statement, Object.values(row)));
    },
  };
}

/** The parameters stand in the order of the row's keys, which `toRow` always gives in the same order. */
function insertOf(db: Kysely<AuditTables>, row: Row): string {
  const insert = db
    .insertInto('events')
    .values(row)
    .onConflict((taken) => taken.column('id').doNothing());
  return insert.compile().sql;
}

function toRow(event: AuditedEvent): Row {
  return {
    id: event.id,
    topic: event.topic,
    partition: event.partition,
    log_offset: event.offset,
    type: event.type,
    source: event.source,
    time: event.time,
    rank: event.rank,
    incident_id: event.incidentId,
    decision_id: event.decisionId,
    action_id: event.actionId,
    external_id: event.externalId,
    service: event.service,
    runbook: event.runbook?.name ?? '',
    runbook_version: event.runbook?.version ?? null,
    outcome: event.outcome,
    actor: event.actor,
    text: event.text,
    data: event.dataJson,
  };
}
