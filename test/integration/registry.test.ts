import { openSql } from '#lib/sql/open-sql.ts';
import { registryContract } from '../contracts/registry.ts';
import { startPostgres } from '../lab/postgres.ts';

registryContract('Postgres', async () => {
  const server = await startPostgres();
  const url = await server.createDatabase('registry');
  return {
    open: (options) => openSql({ kind: 'postgres', url, poolSize: 4, ...options }),
    stop: () => server.stop(),
  };
});
