import { type Kysely, sql } from 'kysely';
import type { WatchIds } from '../domain/watch.ts';
import type { NamedWatches } from '../ports.ts';
import { hasUnknownOutcome } from './migrations.ts';
import { readWatch, type WatchTables } from './sql-watches.ts';

export function sqlNamedWatches(db: Kysely<WatchTables>): NamedWatches {
  return {
    named: async (id, limit) => {
      const exact = await db.selectFrom('watches').select('watch').where('id', '=', id).executeTakeFirst();
      if (exact) return [idsOf(exact)];
      const rows = await db
        .selectFrom('watches')
        .select('watch')
        .where(sql<boolean>`${sql.raw(hasUnknownOutcome)}`)
        .where(sql<boolean>`id collate "C" >= ${id} and id collate "C" < ${id + LAST_CHARACTER}`)
        .orderBy(sql`id collate "C"`)
        .limit(limit)
        .execute();
      return rows.map(idsOf);
    },
  };
}

/** Behind every text that begins with the same, compared by bytes. */
const LAST_CHARACTER = '\u{10FFFF}';

function idsOf({ watch }: { readonly watch: object }): WatchIds {
  const { actionId, decisionId, incidentId, target } = readWatch(watch);
  return { actionId, decisionId, incidentId, target };
}
