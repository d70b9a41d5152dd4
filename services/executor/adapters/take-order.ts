import type { Kysely } from 'kysely';
import { Order } from '#gen/belay/v1/order.ts';
import type { RowWorker } from '#lib/sql/row-worker.ts';
import type { NewClaim } from '#lib/sql/work-table.ts';
import type { Ledger, TakeCancel, TakeOrder } from '../ports.ts';
import type { LedgerTables } from './sql-ledger.ts';

type Worker = Pick<RowWorker<LedgerTables, 'ledger'>, 'offer' | 'poke'>;

/** What becomes of orders that come in. */
export const orderIntake = (db: Kysely<LedgerTables>, ledger: Ledger, worker: Worker) => ({
  ledger,
  take: takeOrder(db, ledger, worker),
  cancel: takeCancel(ledger, worker),
});

/** One insert, as the worker's own row where it has room: then nobody has to look for it. */
export function takeOrder(
  db: Kysely<LedgerTables>,
  ledger: Pick<Ledger, 'lookUp'>,
  worker: Worker,
): TakeOrder {
  return async (order, traceparent, now) => {
    const offer = worker.offer();
    let row: Awaited<ReturnType<typeof insert>>;
    try {
      row = await insert(db, order, { traceparent, due_at: now, ...offer?.claim });
    } finally {
      offer?.end(row);
    }
    if (!row) return (await ledger.lookUp(order.actionId, order.planDigest)) ?? 'known';
    if (!offer) worker.poke();
    return 'new';
  };
}

function takeCancel(ledger: Pick<Ledger, 'cancel'>, worker: Pick<Worker, 'poke'>): TakeCancel {
  return async (...cancelled) => {
    await ledger.cancel(...cancelled);
    worker.poke();
  };
}

type Start = { readonly traceparent: string; readonly due_at: Date } & Partial<NewClaim>;

function insert(db: Kysely<LedgerTables>, order: Order, start: Start) {
  return db
    .insertInto('ledger')
    .values({
      id: order.actionId,
      digest: order.planDigest,
      order_value: Buffer.from(Order.encode(order).finish()),
      state: 'queued',
      sequence: 0,
      ...start,
    })
    .onConflict((taken) => taken.column('id').doNothing())
    .returningAll()
    .executeTakeFirst();
}
