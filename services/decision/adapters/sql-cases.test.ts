import { casesContract } from '../../../test/contracts/cases.ts';
import { pgliteServer } from '../../../test/support/sql-servers.ts';

casesContract('PGlite', pgliteServer, 20);
