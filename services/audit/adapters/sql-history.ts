import { type RawBuilder, sql } from 'kysely';
import type { Sql } from '#lib/sql/open-sql.ts';
import type { History, HistoryEntry, IncidentEntry } from '../ports.ts';
import type { AuditTables } from './audit-tables.ts';
import { endingFacts } from './ending-facts.ts';
import { findEvents } from './find-events.ts';
import { ascending, descending, type EventSource, shownColumns } from './shown-columns.ts';

export function sqlHistory({ db, schema }: Pick<Sql<AuditTables>, 'db' | 'schema'>): History {
  const events = sql.table(`${schema}.events`);
  const source = { db, events };
  return {
    incidentsStartingWith: (prefix, limit) => idsStartingWith(source, 'incident_id', prefix, limit),
    decisionsStartingWith: (prefix, limit) => idsStartingWith(source, 'decision_id', prefix, limit),
    newestIncidentKnownAs: async (externalId) => {
      const { rows } = await sql<{ id: string }>`
        select incident_id as id from ${events}
        where external_id = ${externalId} and external_id <> ''
        group by incident_id order by min(time) desc, incident_id desc limit 1`.execute(db);
      return rows[0]?.id;
    },
    newestDecisionOf: async (incidentId) => {
      const { rows } = await sql<{ id: string }>`
        select decision_id as id from ${events}
        where incident_id = ${incidentId} and type = 'DecisionMade'
        order by ${descending} limit 1`.execute(db);
      return rows[0]?.id;
    },
    incidentTimeline: (id) => incidentTimeline(source, id),
    decisionTimeline: async (id) => {
      const { rows } = await sql<HistoryEntry>`
        select ${shownColumns(source)} from (${newestParts(source, sql`decision_id = ${id}`)}) e order by ${ascending}`.execute(
        db,
      );
      return rows;
    },
    decisionMade: async (id) => {
      const { rows } = await sql<{ data: string }>`
        select data::text as data from ${events}
        where decision_id = ${id} and type = 'DecisionMade' limit 1`.execute(db);
      return rows[0]?.data;
    },
    endingFacts: (decisionIds) => endingFacts(source, decisionIds),
    find: (search) => findEvents(source, search),
  };
}

/** Behind every text that begins with the prefix, compared by bytes. */
const LAST_CHARACTER = '\u{10FFFF}';

/** Of what is known by an event about it: a command names whatever somebody typed, also what there is not. */
async function idsStartingWith(
  { db, events }: EventSource,
  column: 'incident_id' | 'decision_id',
  prefix: string,
  limit: number,
): Promise<readonly string[]> {
  const id = sql.ref(column);
  const { rows } = await sql<{ id: string }>`
    select distinct ${id} as id from ${events}
    where ${id} <> '' and ${id} >= ${prefix} and ${id} < ${prefix + LAST_CHARACTER} and topic <> 'audit'
    order by ${id} limit ${limit}`.execute(db);
  return rows.map((row) => row.id);
}

const MOST_EVENTS = 2_000;
/** A target is sampled every second, for as long as a verification takes. */
const MOST_SAMPLES = 200;

function newestParts({ events }: EventSource, condition: RawBuilder<unknown>): RawBuilder<unknown> {
  const isSample = sql`type in ('StateSampled', 'CheckSampled')`;
  const newest = (which: RawBuilder<unknown>, limit: number) => sql`
    (select * from ${events} where ${condition} and ${which} order by ${descending} limit ${sql.lit(limit)})`;
  return sql`${newest(sql`not ${isSample}`, MOST_EVENTS)} union all ${newest(isSample, MOST_SAMPLES)}`;
}

async function incidentTimeline(source: EventSource, incidentId: string): Promise<readonly IncidentEntry[]> {
  const text = (name: string) => sql`coalesce(e.data->>${sql.lit(name)}, '')`;
  const { rows } = await sql<IncidentEntry & { startedAt: string | null }>`
    select
      ${shownColumns(source)},
      e.external_id as "externalId",
      ${text('symptom')} as "symptom",
      ${text('probableCause')} as "probableCause",
      ${text('mode')} as "mode",
      case e.type
        when 'IncidentReported' then e.data->>'startedAt'
        when 'DecisionMade' then e.data->>'incidentStartedAt'
      end as "startedAt"
    from (${newestParts(source, sql`incident_id = ${incidentId}`)}) e
    order by ${ascending}`.execute(source.db);
  return rows.map(({ startedAt, ...row }) => ({
    ...row,
    episodeStartedAt: startedAt ? new Date(startedAt) : undefined,
  }));
}
