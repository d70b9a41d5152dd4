import { openSql } from '#lib/sql/open-sql.ts';
import { evidenceContract } from '../contracts/evidence.ts';
import { startPostgres } from '../lab/postgres.ts';

evidenceContract('Postgres', async () => {
  const server = await startPostgres();
  const url = await server.createDatabase('evidence');
  return {
    open: (options) => openSql({ kind: 'postgres', url, poolSize: 4, ...options }),
    stop: () => server.stop(),
  };
});
