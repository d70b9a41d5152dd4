import { sqlContract } from '../../test/contracts/sql.ts';
import { pgliteServer } from '../../test/support/sql-servers.ts';

sqlContract('PGlite', pgliteServer);
