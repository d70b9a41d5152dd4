import type { Kysely } from 'kysely';
import { releaseClaimed, updateClaimed } from '#lib/sql/claim-rows.ts';
import type { Json } from '#lib/sql/column-types.ts';
import type { WorkRow, WorkTable } from '#lib/sql/work-table.ts';
import type { Abortion, LedgerState, LivePlan } from '../domain/ledger.ts';
import type { Facts } from '../domain/observation.ts';
import type { Ledger, LedgerRow } from '../ports.ts';

interface LedgerTable extends WorkTable {
  digest: string;
  /** The workload that was acted on, as the target has it. */
  owner: string | null;
  order_value: Buffer;
  traceparent: string;
  state: LedgerState;
  before: Json<Facts> | null;
  abortion: Json<Abortion> | null;
  live_plan: Json<LivePlan> | null;
  acted_at: Date | null;
  finished_at: Date | null;
  sequence: number;
}

export interface LedgerTables {
  ledger: LedgerTable;
  /** Which action has a workload. Gone when its row is closed. */
  owner_hold: { owner: string; action_id: string };
  /** Beside the rows: a cancellation may come before its order. */
  cancellations: { action_id: string; reason: string; cancelled_at: Date };
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
    ...ownerHolds(db),
    ...cancellations(db),
    begunSince: async (owner, row, since) => {
      const { count } = await db
        .selectFrom('ledger')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('owner', '=', owner)
        .where('acted_at', '>', since)
        .where('id', '<>', row.actionId)
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    acting: (row, owner, before, now) =>
      updateClaimed(db, 'ledger', claimOf(row), {
        state: 'acting',
        owner,
        before: JSON.stringify(before),
        acted_at: now,
      }),
    abort: (row, abortion) =>
      updateClaimed(db, 'ledger', claimOf(row), { state: 'aborted', abortion: JSON.stringify(abortion) }),
    planned: (row, livePlan) =>
      updateClaimed(db, 'ledger', claimOf(row), { state: 'planned', live_plan: JSON.stringify(livePlan) }),
    requeue: (row, now) => release(row, now, { state: 'queued' }),
    done: (row, finishedAt, nextAt) => release(row, nextAt, { state: 'done', finished_at: finishedAt }),
    sampled: (row, nextAt) => release(row, nextAt, { sequence: row.sequence + 1 }),
    later: (row, at) => release(row, at),
    close: (row) =>
      db.transaction().execute(async (trx) => {
        const held = await releaseClaimed(trx, 'ledger', claimOf(row), {
          dueAt: null,
          changes: { state: 'closed' },
        });
        if (held === 'ok') await trx.deleteFrom('owner_hold').where('action_id', '=', row.actionId).execute();
        return held;
      }),
  };
}

/** Much longer than an order may wait to be begun, which is a day at most. */
const KEEP_CANCELLATIONS_MS = 30 * 86_400_000;

function cancellations(db: Kysely<LedgerTables>): Pick<Ledger, 'cancel' | 'cancellationOf'> {
  return {
    cancel: async (actionId, { reason }, now) => {
      const old = new Date(now.getTime() - KEEP_CANCELLATIONS_MS);
      await db.deleteFrom('cancellations').where('cancelled_at', '<', old).execute();
      await db.transaction().execute(async (trx) => {
        await trx
          .insertInto('cancellations')
          .values({ action_id: actionId, reason, cancelled_at: now })
          .onConflict((known) => known.column('action_id').doNothing())
          .execute();
        // Whoever has it looks before it acts; what waits is looked at now.
        await trx
          .updateTable('ledger')
          .set({ due_at: now })
          .where('id', '=', actionId)
          .where('state', '=', 'queued')
          .execute();
      });
    },
    cancellationOf: (actionId) =>
      db.selectFrom('cancellations').select('reason').where('action_id', '=', actionId).executeTakeFirst(),
  };
}

function ownerHolds(db: Kysely<LedgerTables>): Pick<Ledger, 'hold' | 'holderOf'> {
  return {
    hold: async ({ actionId }, owner) => {
      const { action_id } = await db
        .insertInto('owner_hold')
        .values({ owner, action_id: actionId })
        // Nothing is changed, but the row is locked and comes back.
        .onConflict((taken) => taken.column('owner').doUpdateSet({ owner }))
        .returning('action_id')
        .executeTakeFirstOrThrow();
      return action_id;
    },
    holderOf: async (owner) => {
      const found = await db
        .selectFrom('owner_hold')
        .select('action_id')
        .where('owner', '=', owner)
        .executeTakeFirst();
      return found?.action_id;
    },
  };
}

export function toLedgerRow(row: WorkRow<LedgerTables, 'ledger'>): LedgerRow {
  return {
    actionId: row.id,
    state: row.state,
    epoch: row.epoch,
    before: row.before ?? undefined,
    abortion: row.abortion ?? undefined,
    livePlan: row.live_plan ?? undefined,
    actedAt: row.acted_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
    sequence: row.sequence,
    orderBytes: row.order_value,
    traceparent: row.traceparent,
  };
}
