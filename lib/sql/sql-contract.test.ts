import { systemClock } from '#lib/clock.ts';
import { sqlContract } from '../../test/contracts/sql.ts';
import { openSql } from './open-sql.ts';
import { openPglite } from './pglite.ts';

sqlContract('PGlite', async () => {
  const onError = (error: unknown) => {
    throw error;
  };
  const instance = await openPglite({ dataDir: undefined, clock: systemClock, onError });
  return {
    open: (options) => openSql({ kind: 'pglite', instance, ...options }),
    stop: () => instance.close(),
  };
});
