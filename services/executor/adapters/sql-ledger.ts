import type { Kysely } from 'kysely';
import { releaseClaimed, updateClaimed } from '#lib/sql/claim-rows.ts';
import type { Json } from '#lib/sql/column-types.ts';
import type { WorkRow, WorkTable } from '#lib/sql/work-table.ts';
import type { LedgerState } from '../domain/ledger.ts';
import type { Facts } from '../domain/observation.ts';
import type { Ledger, LedgerRow } from '../ports.ts';

interface LedgerTable extends WorkTable {
  digest: string;
  workload: string;
  order_value: Buffer;
  traceparent: string;
  state: LedgerState;
  before: Json<Facts> | null;
  acted_at: Date | null;
  finished_at: Date | null;
  sequence: number;
}

export interface LedgerTables {
  ledger: LedgerTable;
}

export function sqlLedger(db: Kysely<LedgerTables>): Ledger {
  const claimOf = ({ actionId, epoch }: LedgerRow) => ({ id: actionId, epoch });
  const release = (row: LedgerRow, dueAt: Date | null, changes = {}) =>
    releaseClaimed(db, 'ledger', claimOf(row), { dueAt, changes });
  return {
    lookUp: async (actionId, digest) => {
      const found = await db
        .selectFrom('ledger')
        .select('digest')
        .where('id', '=', actionId)
        .executeTakeFirst();
      return found && (found.digest === digest ? 'known' : 'conflict');
    },
    begunSince: async (row, since) => {
      const { count } = await db
        .selectFrom('ledger')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('workload', '=', row.workload)
        .where('acted_at', '>', since)
        .where('id', '<>', row.actionId)
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    acting: (row, before, now) =>
      updateClaimed(db, 'ledger', claimOf(row), {
        state: 'acting',
        before: JSON.stringify(before),
        acted_at: now,
      }),
    requeue: (row, now) => release(row, now, { state: 'queued' }),
    done: (row, finishedAt, nextAt) => release(row, nextAt, { state: 'done', finished_at: finishedAt }),
    sampled: (row, nextAt) => release(row, nextAt, { sequence: row.sequence + 1 }),
    later: (row, at) => release(row, at),
    close: (row) => release(row, null, { state: 'closed' }),
  };
}

export function toLedgerRow(row: WorkRow<LedgerTables, 'ledger'>): LedgerRow {
  return {
    actionId: row.id,
    state: row.state,
    epoch: row.epoch,
    before: row.before ?? undefined,
    actedAt: row.acted_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
    sequence: row.sequence,
    orderBytes: row.order_value,
    workload: row.workload,
    traceparent: row.traceparent,
  };
}
