import { registryContract } from '../contracts/registry.ts';
import { postgresServer } from '../support/sql-servers.ts';

registryContract('Postgres', postgresServer);
