import { watchesContract } from '../../../test/contracts/watches.ts';
import { pgliteServer } from '../../../test/support/sql-servers.ts';

watchesContract('PGlite', pgliteServer);
