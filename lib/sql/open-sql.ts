import type { ConnectionOptions } from 'node:tls';
import { Kysely, type LogEvent, PostgresDialect, sql } from 'kysely';
import { BelayError } from '#lib/errors.ts';
import { advisoryKey } from './advisory-key.ts';
import { type DriverPool, guardedPool } from './driver.ts';
import { type Exclusively, exclusivelyByProcess, exclusivelyBySession } from './exclusively.ts';
import { type Migration, migrate } from './migrate.ts';
import type { Pglite } from './pglite.ts';
import { postgresPool } from './postgres-pool.ts';

export type SqlOptions = (PostgresTarget | EmbeddedTarget) & {
  /** One a service, and one a target of an executor: `decision`, `executor_prod_eu`. */
  readonly schema: string;
  readonly migrations: readonly Migration[];
  /** Postgres only: an embedded statement runs to its end, and only the wait for its turn is bounded. */
  readonly queryTimeoutMs?: number;
  /** Called after each statement, never with its parameters. Must not throw. */
  readonly onQuery?: (query: FinishedQuery) => void;
};

interface PostgresTarget {
  readonly kind: 'postgres';
  /** Of the server itself or of a pooler in session mode: advisory locks belong to a session. */
  readonly url: string;
  readonly tls?: ConnectionOptions;
  /** At least 2 with an outbox: its sweeper keeps one while the bus is slow. */
  readonly poolSize?: number;
}

interface EmbeddedTarget {
  readonly kind: 'pglite';
  readonly instance: Pglite;
}

interface FinishedQuery {
  readonly sql: string;
  readonly durationMs: number;
  readonly error?: unknown;
}

export interface Sql<Tables> {
  /** Puts the schema before each table; in raw SQL only before those written as `sql.table('name')`. */
  readonly db: Kysely<Tables>;
  readonly schema: string;
  /** Rejects unless the database answers and takes writes. */
  check(): Promise<void>;
  /**
   * Runs `work` unless an instance is at work of that name already: false then. What `work` does with the `db`
   * that it is given fails once the lock is lost.
   */
  exclusively(name: string, work: (db: Kysely<Tables>) => Promise<void>): Promise<boolean>;
  close(): Promise<void>;
}

/** Connects and brings the schema up to date. */
export async function openSql<Tables>(options: SqlOptions): Promise<Sql<Tables>> {
  const { schema, queryTimeoutMs = 5_000, onQuery } = options;
  assertSchemaName(schema);
  await migrateFirst(options);
  const db = connect<Tables>(poolOf(options, queryTimeoutMs), onQuery).withSchema(schema);
  const exclusively = exclusivelyOn(options);
  return {
    db,
    schema,
    check: () => assertWritable(db),
    exclusively: (name, work) => exclusively(db, advisoryKey(schema, name), work),
    close: () => db.destroy(),
  };
}

const migrationTimeoutMs = 600_000;

/** On a connection of its own, whose statements may take longer than any of a service. */
async function migrateFirst(options: SqlOptions): Promise<void> {
  const db = connect<unknown>(poolOf(options, migrationTimeoutMs));
  try {
    await migrate(db, options.schema, options.migrations);
  } finally {
    await db.destroy();
  }
}

function connect<Tables>(pool: DriverPool, onQuery?: SqlOptions['onQuery']): Kysely<Tables> {
  const dialect = new PostgresDialect({ pool: guardedPool(pool) });
  if (!onQuery) return new Kysely({ dialect });
  const log = ({ query, queryDurationMillis, ...event }: LogEvent) =>
    onQuery({
      sql: query.sql,
      durationMs: queryDurationMillis,
      ...(event.level === 'error' && { error: event.error }),
    });
  return new Kysely({ dialect, log });
}

function poolOf(options: SqlOptions, queryTimeoutMs: number): DriverPool {
  if (options.kind === 'pglite') {
    // Shared by the services of the process: whoever opened it closes it.
    return { connect: () => options.instance.pool.connect(), end: async () => {} };
  }
  const { url, tls, poolSize = 10, schema } = options;
  const applicationName = `belay ${schema}`;
  return postgresPool({ url, poolSize, queryTimeoutMs, applicationName, ...(tls && { tls }) });
}

function exclusivelyOn(options: SqlOptions): Exclusively {
  return options.kind === 'pglite' ? exclusivelyByProcess(options.instance.locks) : exclusivelyBySession;
}

async function assertWritable<Tables>(db: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{ readOnly: string }>`
    select current_setting('transaction_read_only') as "readOnly"`.execute(db);
  if (rows[0]?.readOnly === 'off') return;
  throw new BelayError('unavailable', 'the database takes no writes', { code: 'SQL_READ_ONLY' });
}

function assertSchemaName(schema: string): void {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) return;
  throw new BelayError('invalid', `${schema} cannot be the name of a schema`, {
    code: 'SQL_SCHEMA_INVALID',
    field: 'schema',
    next: 'use small letters, digits and underscores, not beginning with a digit, at most 63',
  });
}
