import { openSql } from '#lib/sql/open-sql.ts';
import { schedulesContract } from '../contracts/schedules.ts';
import { startPostgres } from '../lab/postgres.ts';

schedulesContract('Postgres', async () => {
  const server = await startPostgres();
  const url = await server.createDatabase('schedules');
  return {
    open: (options) => openSql({ kind: 'postgres', url, poolSize: 4, ...options }),
    stop: () => server.stop(),
  };
});
