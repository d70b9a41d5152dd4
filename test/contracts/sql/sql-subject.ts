import type { Insertable } from 'kysely';
import type { Migration } from '#lib/sql/migrate.ts';
import type { Sql, SqlOptions } from '#lib/sql/open-sql.ts';
import { outboxSql, type OutboxTables } from '#lib/sql/outbox.ts';
import { workColumns, workIndex, type WorkTable } from '#lib/sql/work-table.ts';

export interface SqlServer {
  /** As one more instance of a service opens it. */
  open<Tables>(options: OpenOptions): Promise<Sql<Tables>>;
  stop(): Promise<void>;
}

export type OpenOptions = Pick<SqlOptions, 'schema' | 'migrations' | 'onQuery'>;

/** What the parts of the contract work with. */
export interface SqlSubject {
  readonly newSchema: () => string;
  /** In a schema of its own unless told otherwise; closed in the end. */
  readonly open: <T = ContractTables>(options?: Partial<OpenOptions>) => Promise<Sql<T>>;
}

export interface JobTable extends WorkTable {
  note: string | null;
}

export interface ContractTables extends OutboxTables {
  job: JobTable;
}

export const contractMigrations: readonly Migration[] = [
  { id: '0001_job', sql: `create table job (${workColumns}, note text); ${workIndex('job')}` },
  { id: '0002_outbox', sql: outboxSql },
];

export const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000);

export async function addJobs(
  { db }: Sql<ContractTables>,
  due: Readonly<Record<string, Date | null>>,
): Promise<void> {
  const rows: Insertable<JobTable>[] = Object.entries(due).map(([id, due_at]) => ({
    id,
    due_at,
    note: null,
  }));
  await db.insertInto('job').values(rows).execute();
}

export async function readJob({ db }: Sql<ContractTables>, id: string) {
  return await db.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}
