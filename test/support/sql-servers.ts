import { systemClock } from '#lib/clock.ts';
import { openSql } from '#lib/sql/open-sql.ts';
import { openPglite } from '#lib/sql/pglite.ts';
import type { SqlServer } from '../contracts/sql/sql-subject.ts';
import { startPostgres } from '../lab/postgres.ts';

/** The databases that contracts are held on, empty. */
export async function pgliteServer(): Promise<SqlServer> {
  const onError = (error: unknown) => {
    throw error;
  };
  const instance = await openPglite({ dataDir: undefined, clock: systemClock, onError });
  return {
    open: (options) => openSql({ kind: 'pglite', instance, ...options }),
    stop: () => instance.close(),
  };
}

export async function postgresServer(): Promise<SqlServer> {
  const server = await startPostgres();
  const url = await server.createDatabase('contract');
  return {
    open: (options) => openSql({ kind: 'postgres', url, poolSize: 4, ...options }),
    stop: () => server.stop(),
  };
}
