import { watchesContract } from '../contracts/watches.ts';
import { postgresServer } from '../support/sql-servers.ts';

watchesContract('Postgres', postgresServer);
