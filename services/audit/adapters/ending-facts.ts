import { sql } from 'kysely';
import { ENDING_TYPES, type EndingFact } from '../domain/decision-ending.ts';
import { ascending, type EventSource } from './shown-columns.ts';

type Row = EndingFact & { readonly decisionId: string };

export async function endingFacts(
  { db, events }: EventSource,
  decisionIds: readonly string[],
): Promise<ReadonlyMap<string, readonly EndingFact[]>> {
  if (decisionIds.length === 0) return new Map();
  const { rows } = await sql<Row>`
    select
      decision_id as "decisionId",
      type,
      outcome,
      coalesce(data->>'code', '') as code,
      coalesce(data->>'reason', '') as reason
    from ${events}
    where decision_id <> '' and decision_id in (${sql.join(decisionIds)}) and type in (${sql.join([...ENDING_TYPES])})
    order by ${ascending}`.execute(db);
  return Map.groupBy(rows, ({ decisionId }) => decisionId);
}
