import { type Kysely, sql } from 'kysely';
import type { RunRequests } from '../ports.ts';
import type { DecisionTables } from './decision-tables.ts';

/** Shorter than the guardrails keep the answer: what they have forgotten would be taken, and ordered, once more. */
const SAME_FOR_MS = 24 * 3_600_000;

export function sqlRunRequests(db: Kysely<DecisionTables>): RunRequests {
  return {
    use: async (id, content, now) => {
      const oldest = new Date(now.getTime() - SAME_FOR_MS);
      const fresh = sql<boolean>`run_requests.used_at > ${oldest}`;
      const first = await db
        .insertInto('run_requests')
        .values({ id, content, used_at: now })
        .onConflict((known) =>
          known.column('id').doUpdateSet({
            content: sql`case when ${fresh} then run_requests.content else excluded.content end`,
            used_at: sql`case when ${fresh} then run_requests.used_at else excluded.used_at end`,
          }),
        )
        .returning(['content', 'used_at'])
        .executeTakeFirstOrThrow();
      await db.deleteFrom('run_requests').where('used_at', '<=', oldest).execute();
      return { firstUsedAt: first.used_at, isSame: first.content === content };
    },
  };
}
