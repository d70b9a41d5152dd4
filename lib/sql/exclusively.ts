import { type Kysely, sql } from 'kysely';

/** Runs `work` under a lock that only one can hold, or returns false at once. */
export type Exclusively = <Tables>(
  db: Kysely<Tables>,
  key: string,
  work: (db: Kysely<Tables>) => Promise<void>,
) => Promise<boolean>;

/**
 * A lock of the session: gone when the connection or the process is gone, and held without a transaction, so
 * that slow work keeps nobody else waiting. A connection on which the unlocking fails is not used again.
 */
export const exclusivelyBySession: Exclusively = (db, key, work) =>
  db.connection().execute(async (connection) => {
    const { rows } = await sql<{ held: boolean }>`
      select pg_try_advisory_lock(${key}::bigint) as held`.execute(connection);
    if (!rows[0]?.held) return false;
    try {
      await work(connection);
    } finally {
      await sql`select pg_advisory_unlock(${key}::bigint)`.execute(connection);
    }
    return true;
  });

/** An embedded database belongs to one process, and its one session must not be kept during slow work. */
export function exclusivelyByProcess(held: Set<string>): Exclusively {
  return async (db, key, work) => {
    if (held.has(key)) return false;
    held.add(key);
    try {
      await work(db);
    } finally {
      held.delete(key);
    }
    return true;
  };
}
