import { openSql } from '#lib/sql/open-sql.ts';
import { casesContract } from '../contracts/cases.ts';
import { startPostgres } from '../lab/postgres.ts';

casesContract(
  'Postgres',
  async () => {
    const server = await startPostgres();
    const url = await server.createDatabase('cases');
    return {
      open: (options) => openSql({ kind: 'postgres', url, poolSize: 4, ...options }),
      stop: () => server.stop(),
    };
  },
  1_000,
);
