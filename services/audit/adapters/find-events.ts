import { type RawBuilder, sql } from 'kysely';
import type { HistoryEntry, Search } from '../ports.ts';
import { descending, type EventSource, shownColumns } from './shown-columns.ts';

type Condition = RawBuilder<unknown>;

/**
 * Newest first. Service and runbook are in the event or in what it belongs to; each way is a branch of its own
 * with its own index, because no index serves an `or` over both.
 */
export async function findEvents(source: EventSource, search: Search): Promise<readonly HistoryEntry[]> {
  const plain = plainConditions(search);
  const branches = byService(source, search).flatMap((service) =>
    byRunbook(source, search).map((runbook) =>
      branch(source, [...plain, ...service, ...runbook], search.limit),
    ),
  );
  const { rows } = await sql<HistoryEntry>`
    select ${shownColumns(source)}
    from (
      select * from (${sql.join(branches, sql` union all `)}) found
      order by ${descending} limit ${search.limit}
    ) e
    order by ${descending}`.execute(source.db);
  return rows;
}

function branch({ events }: EventSource, conditions: readonly Condition[], limit: number): Condition {
  const where = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`;
  return sql`(select * from ${events} ${where} order by ${descending} limit ${limit})`;
}

function plainConditions(search: Search): Condition[] {
  const { incidentId, actor, outcome, types, since, until, before } = search;
  return [
    incidentId !== undefined && sql`incident_id = ${incidentId}`,
    actor !== undefined && sql`actor = ${actor}`,
    outcome !== undefined && sql`outcome = ${outcome}`,
    types !== undefined && sql`type in (${sql.join(types)})`,
    since !== undefined && sql`time >= ${since}`,
    until !== undefined && sql`time < ${until}`,
    before !== undefined && sql`(time, rank, id) < (${before.time}, ${before.rank}, ${before.id})`,
  ].filter((condition) => condition !== false);
}

/** The ways in which an event can be of a service. One way without conditions when none is asked for. */
function byService({ events }: EventSource, { service }: Search): Condition[][] {
  if (service === undefined) return [[]];
  const incidents = sql`select incident_id from ${events} where service = ${service} and incident_id <> ''`;
  return [
    [sql`service = ${service}`],
    [sql`service = ''`, sql`incident_id <> ''`, sql`incident_id in (${incidents})`],
  ];
}

function byRunbook({ events }: EventSource, { runbook }: Search): Condition[][] {
  if (runbook === undefined) return [[]];
  const { name, version } = runbook;
  const own = [sql`runbook = ${name}`, ...(version === undefined ? [] : [sql`runbook_version = ${version}`])];
  const decisions = sql`
    select decision_id from ${events} where ${sql.join(own, sql` and `)} and decision_id <> ''`;
  return [own, [sql`runbook = ''`, sql`decision_id <> ''`, sql`decision_id in (${decisions})`]];
}
