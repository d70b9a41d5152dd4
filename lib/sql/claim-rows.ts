import {
  type ExpressionBuilder,
  type Kysely,
  type Selectable,
  sql,
  type Transaction,
  type UpdateObject,
} from 'kysely';
import type { Claim, OwnChanges, WorkFilter, WorkName, WorkRow, WorkTable } from './work-table.ts';

export interface ClaimOptions<Tables, Name extends WorkName<Tables>> {
  readonly now: Date;
  readonly limit: number;
  /** Long against the time between two extensions and against the difference of the instances' clocks. */
  readonly leaseMs: number;
  /** Who holds the row, for those who look at the table. */
  readonly owner: string;
  readonly where?: WorkFilter<Tables, Name> | undefined;
}

/** Lost: somebody else has claimed the row since, or it has been released. Nothing was written. */
export type Held = 'ok' | 'lost';

/** Takes rows that are due and that nobody holds, those that are due longest first. */
export async function claimRows<Tables, Name extends WorkName<Tables>>(
  db: Kysely<Tables> | Transaction<Tables>,
  table: Name,
  { now, limit, leaseMs, owner, where }: ClaimOptions<Tables, Name>,
): Promise<WorkRow<Tables, Name>[]> {
  const work = asWork(db, table);
  const rows = await work.db
    // Not a subquery: the planner may run one several times, and each time it would lock other rows.
    .with('due', (cte) =>
      cte
        .selectFrom(work.name)
        .select('id')
        .where('due_at', '<=', now)
        .where((eb) => eb.or([eb('claimed_until', 'is', null), eb('claimed_until', '<=', now)]))
        .$if(where !== undefined, (due) => due.where(where as unknown as WorkFilter<Work, 'work'>))
        .orderBy('due_at')
        .orderBy('id')
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .updateTable(work.name)
    .from('due')
    .set({
      epoch: sql`${sql.ref(`${work.name}.epoch`)} + 1`,
      claimed_by: owner,
      claimed_until: after(now, leaseMs),
    })
    .whereRef(`${work.name}.id`, '=', 'due.id')
    .returningAll(work.name)
    .execute();
  // An update returns its rows in no order.
  return rows.sort(byDueTime) as unknown as WorkRow<Tables, Name>[];
}

/** Writes the service's own columns of a row that is held, and keeps it. */
export async function updateClaimed<Tables, Name extends WorkName<Tables>>(
  db: Kysely<Tables> | Transaction<Tables>,
  table: Name,
  claim: Claim,
  changes: OwnChanges<Tables[Name]>,
): Promise<Held> {
  return await writeHeld(db, table, claim, changes);
}

/** Gives the row back, to be taken again at `dueAt`; null ends its work until somebody sets a time. */
export async function releaseClaimed<Tables, Name extends WorkName<Tables>>(
  db: Kysely<Tables> | Transaction<Tables>,
  table: Name,
  claim: Claim,
  { dueAt, changes }: { readonly dueAt: Date | null; readonly changes?: OwnChanges<Tables[Name]> },
): Promise<Held> {
  return await writeHeld(db, table, claim, { ...changes, ...unclaimed, due_at: dueAt, failures: 0 });
}

/** As releaseClaimed, by whoever could not do the work; the row remembers how many times in a row. */
export async function releaseFailed<Tables, Name extends WorkName<Tables>>(
  db: Kysely<Tables> | Transaction<Tables>,
  table: Name,
  claim: Claim,
  dueAt: Date,
): Promise<Held> {
  return await writeHeld(db, table, claim, { ...unclaimed, due_at: dueAt, failures: sql`failures + 1` });
}

export async function extendClaim<Tables, Name extends WorkName<Tables>>(
  db: Kysely<Tables> | Transaction<Tables>,
  table: Name,
  claim: Claim,
  until: Date,
): Promise<Held> {
  return await writeHeld(db, table, claim, { claimed_until: until });
}

export async function deleteClaimed<Tables, Name extends WorkName<Tables>>(
  db: Kysely<Tables> | Transaction<Tables>,
  table: Name,
  claim: Claim,
): Promise<Held> {
  const work = asWork(db, table);
  const result = await work.db.deleteFrom(work.name).where(heldAs(claim)).executeTakeFirst();
  return result.numDeletedRows === 1n ? 'ok' : 'lost';
}

/** When the next row of those that claimRows would take can be taken. Undefined: there is none. */
export async function nextDue<Tables, Name extends WorkName<Tables>>(
  db: Kysely<Tables> | Transaction<Tables>,
  table: Name,
  where: WorkFilter<Tables, Name> | undefined,
): Promise<Date | undefined> {
  const work = asWork(db, table);
  const row = await work.db
    .selectFrom(work.name)
    .select(sql<Date | null>`min(greatest(due_at, claimed_until))`.as('next'))
    .where('due_at', 'is not', null)
    .$if(where !== undefined, (due) => due.where(where as unknown as WorkFilter<Work, 'work'>))
    .executeTakeFirst();
  return row?.next ?? undefined;
}

/** The table under a name that the types here know; the statements get its own. */
interface Work {
  work: WorkTable;
}

function asWork<Tables>(
  db: Kysely<Tables> | Transaction<Tables>,
  table: string,
): { db: Kysely<Work>; name: 'work' } {
  return { db: db as unknown as Kysely<Work>, name: table as 'work' };
}

const unclaimed = { claimed_by: null, claimed_until: null };

async function writeHeld<Tables>(
  db: Kysely<Tables> | Transaction<Tables>,
  table: string,
  claim: Claim,
  changes: UpdateObject<Work, 'work'>,
): Promise<Held> {
  const work = asWork(db, table);
  const result = await work.db.updateTable(work.name).set(changes).where(heldAs(claim)).executeTakeFirst();
  return result.numUpdatedRows === 1n ? 'ok' : 'lost';
}

/** The epoch alone would let a row be written by the one who has given it back. */
function heldAs({ id, epoch }: Claim) {
  return (eb: ExpressionBuilder<Work, 'work'>) =>
    eb.and([eb('id', '=', id), eb('epoch', '=', epoch), eb('claimed_by', 'is not', null)]);
}

function byDueTime(a: Selectable<WorkTable>, b: Selectable<WorkTable>): number {
  return Number(a.due_at) - Number(b.due_at) || (a.id < b.id ? -1 : 1);
}

function after(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms);
}
