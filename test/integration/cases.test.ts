import { casesContract } from '../contracts/cases.ts';
import { postgresServer } from '../support/sql-servers.ts';

casesContract('Postgres', postgresServer, 1_000);
