import type { Expression, ExpressionBuilder, Generated, Selectable, SqlBool, Updateable } from 'kysely';

/** The columns that make a row durable work. A service's table extends it and has `workColumns` in its SQL. */
export interface WorkTable {
  id: string;
  /** When something is to be done next. Null: nothing, until somebody says when. */
  due_at: Date | null;
  /** Raised by each claim. Whoever holds an older one has lost the row. */
  epoch: Generated<number>;
  /** How many times the handler has failed since it last released the row. */
  failures: Generated<number>;
  claimed_by: Generated<string | null>;
  claimed_until: Generated<Date | null>;
}

/** For `create table`, before the columns of the service. */
export const workColumns = `
  id text primary key,
  due_at timestamptz,
  epoch integer not null default 0,
  failures integer not null default 0,
  claimed_by text,
  claimed_until timestamptz`;

/** For the migration that makes the table. */
export function workIndex(table: string): string {
  return `create index ${table}_due on ${table} (due_at) where due_at is not null;`;
}

/** The names of the tables that hold work. */
export type WorkName<Tables> = {
  [Name in keyof Tables & string]: Tables[Name] extends WorkTable ? Name : never;
}[keyof Tables & string];

/** What a claimed row is known by. The row itself is one. */
export interface Claim {
  readonly id: string;
  readonly epoch: number;
}

/** Of a row that is inserted by whoever works on it next. */
export interface NewClaim {
  readonly epoch: 1;
  readonly claimed_by: string;
  readonly claimed_until: Date;
}

/** A row as it comes back from its table. */
export type WorkRow<Tables, Name extends keyof Tables> = Selectable<Tables[Name]> & Selectable<WorkTable>;

/** The service's own columns. Those of the claim are written by claim-rows.ts alone. */
export type OwnChanges<Table> = Omit<Updateable<Table>, keyof WorkTable>;

export type WorkFilter<Tables, Name extends keyof Tables & string> = (
  where: ExpressionBuilder<Tables, Name>,
) => Expression<SqlBool>;
