import { createHash } from 'node:crypto';
import { type Kysely, sql, type Transaction } from 'kysely';
import { BelayError } from '#lib/errors.ts';
import { advisoryKey } from './advisory-key.ts';

/** One step of a schema. Table names stand without a schema; never changed after it has been released. */
export interface Migration {
  /** 0001_name, counting up without gaps. */
  readonly id: string;
  readonly sql: string;
}

/**
 * Brings the schema to the last migration, all of them or none. Instances that boot at once wait for each
 * other, and for as long as it takes; a lock that is held by the traffic of others is not waited for like
 * that, because everybody else would queue up behind.
 */
export async function migrate(
  db: Kysely<unknown>,
  schema: string,
  migrations: readonly Migration[],
): Promise<void> {
  assertNumbered(migrations);
  await db.transaction().execute(async (trx) => {
    await sql`set local lock_timeout = 0`.execute(trx);
    await sql`select pg_advisory_xact_lock(${advisoryKey(schema, 'migrate')}::bigint)`.execute(trx);
    await sql`set local lock_timeout = '10s'`.execute(trx);
    await enterSchema(trx, schema);
    const applied = await readApplied(trx, schema);
    assertSame(schema, applied, migrations);
    for (const migration of migrations.slice(applied.length)) await apply(trx, migration);
  });
}

/** Looks first: `if not exists` would ask for the right to create even what exists. */
async function enterSchema(trx: Transaction<unknown>, schema: string): Promise<void> {
  const found = await sql`select from pg_namespace where nspname = ${schema}`.execute(trx);
  if (found.rows.length === 0) await sql`create schema ${sql.id(schema)}`.execute(trx);
  await sql`set local search_path to ${sql.id(schema)}`.execute(trx);
}

interface Applied {
  readonly id: string;
  readonly checksum: string;
}

async function readApplied(trx: Transaction<unknown>, schema: string): Promise<Applied[]> {
  const found = await sql`
    select from pg_tables where schemaname = ${schema} and tablename = 'migrations'`.execute(trx);
  if (found.rows.length === 0) {
    await sql`
      create table migrations (
        id text primary key,
        checksum text not null,
        applied_at timestamptz not null default now()
      )`.execute(trx);
  }
  const { rows } = await sql<Applied>`select id, checksum from migrations order by id`.execute(trx);
  return rows;
}

async function apply(trx: Transaction<unknown>, { id, sql: text }: Migration): Promise<void> {
  await sql.raw(text).execute(trx);
  await sql`insert into migrations (id, checksum) values (${id}, ${checksumOf(text)})`.execute(trx);
}

function assertSame(schema: string, applied: readonly Applied[], migrations: readonly Migration[]): void {
  applied.forEach(({ id, checksum }, index) => {
    const known = migrations[index];
    if (known?.id !== id) throw newer(schema, id);
    if (checksumOf(known.sql) !== checksum) throw changed(schema, id);
  });
}

function assertNumbered(migrations: readonly Migration[]): void {
  migrations.forEach(({ id }, index) => {
    const number = String(index + 1).padStart(4, '0');
    if (new RegExp(`^${number}_[a-z0-9_]+$`).test(id)) return;
    throw new BelayError('internal', `migration ${id} should be named ${number}_...`, {
      code: 'MIGRATION_MISNAMED',
    });
  });
}

/** Indentation may change with the code around it. */
function checksumOf(text: string): string {
  return createHash('sha256').update(text.replace(/\s+/g, ' ').trim()).digest('hex');
}

function newer(schema: string, id: string): BelayError {
  return new BelayError('conflict', `the schema ${schema} was written by another version of Belay`, {
    code: 'SCHEMA_NEWER',
    why: `it has the migration ${id}, which this version does not know`,
    next: 'run the version that wrote it or a newer one, or restore the backup from before the upgrade',
  });
}

function changed(schema: string, id: string): BelayError {
  return new BelayError('conflict', `the migration ${id} is not the one that made the schema ${schema}`, {
    code: 'MIGRATION_CHANGED',
    next: 'restore its text as it was released, and put the change into a new migration',
  });
}
