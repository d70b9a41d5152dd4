import type { Clock } from '#lib/clock.ts';
import type { DriverPool } from './driver.ts';

const everyMs = 60_000;
/** So much is replayed at most after a crash, and the log on the disk stays at a few times of it. */
const worthwhileBytes = 4 * 1024 * 1024;

/**
 * Does what a server's background processes do. PGlite has none: left alone it never makes a checkpoint while
 * it runs, so that its log grows for ever and is replayed from the beginning after a crash, and it never
 * vacuums, so that tables whose rows change often grow likewise.
 */
export function maintainPglite(
  pool: DriverPool,
  clock: Clock,
  onError: (error: unknown) => void,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const loop = async () => {
    let doneUpTo = 0;
    for (;;) {
      await clock.sleep(everyMs, stopping.signal);
      if (stopping.signal.aborted) return;
      try {
        doneUpTo = await maintain(pool, doneUpTo);
      } catch (error) {
        onError(error);
      }
    }
  };
  const running = loop();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** The position in the log up to which all is done. Each statement is a turn of its own: others get in between. */
async function maintain(pool: DriverPool, doneUpTo: number): Promise<number> {
  if ((await writtenBytes(pool)) - doneUpTo < worthwhileBytes) return doneUpTo;
  // Counts are handed in once a second, and would come after the tables have been cleaned.
  await query(pool, 'select pg_stat_force_next_flush()');
  for (const { name } of await query<{ name: string }>(pool, worn))
    await query(pool, `vacuum (analyze) ${name}`);
  await query(pool, 'checkpoint');
  return await writtenBytes(pool);
}

/** By the measures of autovacuum: a fifth has changed, or a tenth without the planner knowing. */
const worn = `
  select format('%I.%I', schemaname, relname) as name
  from pg_stat_user_tables
  where n_dead_tup + n_ins_since_vacuum > 1000 + n_live_tup / 5
     or n_mod_since_analyze > 1000 + n_live_tup / 10
`;

async function writtenBytes(pool: DriverPool): Promise<number> {
  const lsn = `select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint as bytes`;
  const [row] = await query<{ bytes: number }>(pool, lsn);
  return row?.bytes ?? 0;
}

async function query<Row>(pool: DriverPool, sql: string): Promise<Row[]> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query(sql, []);
    return rows as Row[];
  } finally {
    client.release(false);
  }
}
