import { schedulesContract } from '../../../test/contracts/schedules.ts';
import { pgliteServer } from '../../../test/support/sql-servers.ts';

schedulesContract('PGlite', pgliteServer);
