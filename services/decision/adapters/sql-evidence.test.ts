import { evidenceContract } from '../../../test/contracts/evidence.ts';
import { pgliteServer } from '../../../test/support/sql-servers.ts';

evidenceContract('PGlite', pgliteServer);
