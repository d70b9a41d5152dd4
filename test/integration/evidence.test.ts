import { evidenceContract } from '../contracts/evidence.ts';
import { postgresServer } from '../support/sql-servers.ts';

evidenceContract('Postgres', postgresServer);
