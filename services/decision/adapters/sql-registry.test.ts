import { registryContract } from '../../../test/contracts/registry.ts';
import { pgliteServer } from '../../../test/support/sql-servers.ts';

registryContract('PGlite', pgliteServer);
