import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { BelayError } from '#lib/errors.ts';
import { parserOf } from './column-types.ts';
import type { DriverClient, DriverPool, DriverResult } from './driver.ts';

export interface PostgresOptions {
  readonly url: string;
  /** Instead of `sslmode` and its kin in the URL. */
  readonly tls?: ConnectionOptions;
  readonly poolSize: number;
  /** The server ends a statement after this time; a server that does not answer at all gets a second more. */
  readonly queryTimeoutMs: number;
  /** Shown to operators in pg_stat_activity. */
  readonly applicationName: string;
}

const connectTimeoutMs = 5_000;
/** A new connection is a new process at the server: not in the way of an incident that comes after a quiet while. */
const idleMs = 600_000;
const idleInTransactionMs = 10_000;
const lockTimeoutMs = 3_000;

export function postgresPool(options: PostgresOptions): DriverPool {
  const pool = new pg.Pool({
    ...target(options),
    application_name: options.applicationName,
    max: options.poolSize,
    idleTimeoutMillis: idleMs,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: options.queryTimeoutMs + 1_000,
    keepAlive: true,
    types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
    // Awaited by the pool. Not by startup parameters, which poolers between here and the server refuse.
    onConnect: (client) => client.query(settings(options)) as unknown as undefined,
  });
  // A connection that breaks is reported by its query, and an idle one is replaced. Without listeners
  // either would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return { connect: async () => toDriverClient(await pool.connect()), end: () => pool.end() };
}

function target({ url, tls }: PostgresOptions): pg.PoolConfig {
  const parsed = URL.parse(url);
  if (!parsed || !['postgres:', 'postgresql:'].includes(parsed.protocol)) {
    throw new BelayError('invalid', 'the address of the database is not a URL', {
      code: 'SQL_URL_INVALID',
      next: 'write it as postgres://user:password@host:5432/database, with % escapes in the password',
    });
  }
  if (!tls) return { connectionString: url };
  // What the URL says of TLS would win over the option, silently.
  for (const name of [...parsed.searchParams.keys()]) {
    if (name.startsWith('ssl')) parsed.searchParams.delete(name);
  }
  return { connectionString: parsed.href, ssl: tls };
}

function settings({ queryTimeoutMs }: PostgresOptions): string {
  return [
    `set statement_timeout = ${queryTimeoutMs}`,
    `set lock_timeout = ${Math.min(lockTimeoutMs, queryTimeoutMs)}`,
    `set idle_in_transaction_session_timeout = ${idleInTransactionMs}`,
    'set datestyle = iso',
    'set timezone = utc',
    'set bytea_output = hex',
  ].join(';');
}

function toDriverClient(client: pg.PoolClient): DriverClient {
  return {
    async query(sql, parameters) {
      const result = (await client.query(sql, [...parameters])) as DriverResult | DriverResult[];
      // Several statements in one text give several results.
      const last = Array.isArray(result) ? result.at(-1) : result;
      return last ?? { command: '', rowCount: null, rows: [] };
    },
    release: (discard) => client.release(discard),
  };
}
