import { systemClock } from '#lib/clock.ts';
import { openSql } from '#lib/sql/open-sql.ts';
import { openPglite } from '#lib/sql/pglite.ts';
import { schedulesContract } from '../../../test/contracts/schedules.ts';

schedulesContract('PGlite', async () => {
  const onError = (error: unknown) => {
    throw error;
  };
  const instance = await openPglite({ dataDir: undefined, clock: systemClock, onError });
  return {
    open: (options) => openSql({ kind: 'pglite', instance, ...options }),
    stop: () => instance.close(),
  };
});
