import { schedulesContract } from '../contracts/schedules.ts';
import { postgresServer } from '../support/sql-servers.ts';

schedulesContract('Postgres', postgresServer);
