import { type RawBuilder, sql } from 'kysely';
import type { HistoryEntry, Search } from '../ports.ts';
import { descending, type EventSource, shownColumns } from './shown-columns.ts';

type Condition = RawBuilder<unknown>;

/**
 * Newest first. Service and runbook are in the event or in what it belongs to: each way is a branch of its own
 * with its own index, because no index serves an `or` over both.
 */
export async function findEvents(source: EventSource, search: Search): Promise<readonly HistoryEntry[]> {
  const plain = plainConditions(search);
  const branches = waysToBeAbout(source, search).map((way) =>
    branch(source, [...plain, ...way], search.limit),
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
  const { incidentId, actor, outcome, types, mode, since, until, before } = search;
  return [
    incidentId !== undefined && sql`incident_id = ${incidentId}`,
    actor !== undefined && sql`actor = ${actor}`,
    outcome !== undefined && sql`outcome = ${outcome}`,
    types !== undefined && sql`type in (${sql.join(types)})`,
    // In the words of its index.
    mode !== undefined && sql`type = 'DecisionMade' and data->>'mode' = ${mode}`,
    since !== undefined && sql`time >= ${since}`,
    until !== undefined && sql`time < ${until}`,
    before !== undefined && sql`(time, rank, id) < (${before.time}, ${before.rank}, ${before.id})`,
  ].filter((condition) => condition !== false);
}

/**
 * The ways in which an event can be about a service and a runbook: it names them, or something else does that
 * belongs to the same decision, or where only the service is asked for, to the same incident.
 */
function waysToBeAbout({ events }: EventSource, { service, runbook }: Search): Condition[][] {
  const named = [
    runbook !== undefined && sql`runbook = ${runbook.name}`,
    runbook?.version !== undefined && sql`runbook_version = ${runbook.version}`,
    service !== undefined && sql`service = ${service}`,
  ].filter((condition) => condition !== false);
  if (named.length === 0) return [[]];
  const [silent, thread] = runbook ? ['runbook', 'decision_id'] : ['service', 'incident_id'];
  const id = sql.ref(thread);
  const threads = sql`select ${id} from ${events} where ${sql.join(named, sql` and `)} and ${id} <> ''`;
  return [named, [sql`${sql.ref(silent)} = ''`, sql`${id} <> ''`, sql`${id} in (${threads})`]];
}
