import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { AuditTables } from './audit-tables.ts';

/** The table is named with its schema: only the query builder would put that before it. */
export interface EventSource {
  readonly db: Kysely<AuditTables>;
  readonly events: RawBuilder<unknown>;
}

/** Beside hundreds of others; the one that is too long can be read by itself. */
const LONGEST_DATA = 131_072;

/** The order of every timeline, and its reverse. Exactly what the indices end in. */
export const ascending = sql`time, rank, id`;
export const descending = sql`time desc, rank desc, id desc`;

/**
 * A HistoryEntry of the event `e`. Most events carry the ids of their incident and decision and not what those
 * are about, and may have come before them: service and runbook are looked up when somebody reads.
 */
export const shownColumns = ({ events }: EventSource): RawBuilder<unknown> => sql`
  e.id,
  e.type,
  e.time,
  e.rank,
  e.incident_id as "incidentId",
  e.decision_id as "decisionId",
  e.action_id as "actionId",
  case
    when e.service <> '' or e.incident_id = '' then e.service
    else coalesce((
      select i.service from ${events} i
      where i.incident_id = e.incident_id and i.incident_id <> '' and i.service <> ''
      order by i.time, i.rank, i.id limit 1
    ), '')
  end as service,
  case
    when e.runbook <> '' or e.decision_id = '' then e.runbook || coalesce('@' || e.runbook_version, '')
    else coalesce((
      select d.runbook || coalesce('@' || d.runbook_version, '') from ${events} d
      where d.decision_id = e.decision_id and d.decision_id <> '' and d.runbook <> ''
      order by d.time, d.rank, d.id limit 1
    ), '')
  end as runbook,
  e.outcome,
  e.actor,
  e.text,
  case when length(e.data::text) <= ${sql.lit(LONGEST_DATA)} then e.data::text else '' end as "dataJson"`;
