import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Order } from '#gen/belay/v1/order.ts';
import { systemClock } from '#lib/clock.ts';
import { openSql, type Sql } from '#lib/sql/open-sql.ts';
import { openPglite, type Pglite } from '#lib/sql/pglite.ts';
import type { LedgerRow } from '../ports.ts';
import { migrations } from './migrations.ts';
import { type LedgerTables, sqlLedger, toLedgerRow } from './sql-ledger.ts';
import { takeOrder } from './take-order.ts';

const now = new Date('2026-03-03T03:12:00Z');
const later = new Date(now.getTime() + 60_000);
const WORKLOAD = 'Deployment/production/checkout';

describe('the ledger', () => {
  let instance: Pglite;
  let sql: Sql<LedgerTables>;
  beforeAll(async () => {
    const onError = (error: unknown) => {
      throw error;
    };
    instance = await openPglite({ dataDir: undefined, clock: systemClock, onError });
    sql = await openSql({ kind: 'pglite', instance, schema: 'ledger', migrations });
  });
  afterAll(() => instance.close());

  /** An order as its worker has it in hand. */
  async function taken(actionId: string): Promise<LedgerRow> {
    const rows: LedgerRow[] = [];
    const claim = { epoch: 1, claimed_by: 'one', claimed_until: later } as const;
    const end = (row?: Parameters<typeof toLedgerRow>[0]) => void (row && rows.push(toLedgerRow(row)));
    const take = takeOrder(sql.db, sqlLedger(sql.db), { offer: () => ({ claim, end }), poke: () => {} });
    const order = Order.fromPartial({ actionId, planDigest: `digest of ${actionId}`, lockKey: actionId });
    expect(await take(order, '', now)).toBe('new');
    expect(await take(order, '', now)).toBe('known');
    expect(await take({ ...order, planDigest: 'another' }, '', now)).toBe('conflict');
    return rows[0] as LedgerRow;
  }

  it('gives a workload to one action until its row is closed, whatever service the report named', async () => {
    const ledger = sqlLedger(sql.db);
    const [a, b] = [await taken('act-a'), await taken('act-b')];
    const holders = await Promise.all([a, b, a, b].map((row) => ledger.hold(row, WORKLOAD)));
    expect(new Set(holders).size).toBe(1);
    const [first, second] = holders[0] === 'act-a' ? [a, b] : [b, a];
    expect(await ledger.hold(second, 'Deployment/production/other')).toBe(second.actionId);
    await ledger.acting(first, WORKLOAD, { uid: 'u1' }, now);
    expect(await ledger.hold(second, WORKLOAD)).toBe(first.actionId);
    expect(await ledger.close({ ...first, epoch: 7 })).toBe('lost');
    expect(await ledger.hold(second, WORKLOAD)).toBe(first.actionId);
    expect(await ledger.close(first)).toBe('ok');
    expect(await ledger.hold(second, WORKLOAD)).toBe(second.actionId);
    await ledger.close(second);
    expect(await ledger.hold(await taken('act-c'), 'Deployment/production/other')).toBe('act-c');
  });

  it('keeps why an action was given up, for whoever holds the row next', async () => {
    const ledger = sqlLedger(sql.db);
    const row = await taken('act-aborted');
    const abortion = { code: 'expired', reason: 'too late', checks: [], abortedAt: now.toISOString() };
    expect(await ledger.abort({ ...row, epoch: 7 }, abortion)).toBe('lost');
    expect(await ledger.abort(row, abortion)).toBe('ok');
    const stored = await sql.db
      .selectFrom('ledger')
      .selectAll()
      .where('id', '=', row.actionId)
      .executeTakeFirstOrThrow();
    expect(toLedgerRow(stored)).toMatchObject({ state: 'aborted', abortion });
    expect(await ledger.close(row)).toBe('ok');
  });

  it('keeps what a plan came to, and says who has a workload without taking it', async () => {
    const ledger = sqlLedger(sql.db);
    const [row, other] = [await taken('act-planned'), await taken('act-holding')];
    const plan = { planHash: 'sha256:1', uid: 'u1', before: { replicas: 3 }, risk: 'low' } as const;
    const livePlan = { ...plan, checks: [], changes: ['replicas 3 -> 5'], plannedAt: now.toISOString() };
    expect(await ledger.planned({ ...row, epoch: 7 }, livePlan)).toBe('lost');
    expect(await ledger.planned(row, livePlan)).toBe('ok');
    const stored = await sql.db
      .selectFrom('ledger')
      .selectAll()
      .where('id', '=', row.actionId)
      .executeTakeFirstOrThrow();
    expect(toLedgerRow(stored)).toMatchObject({ state: 'planned', livePlan });
    const owner = 'Deployment/production/planned';
    expect(await ledger.holderOf(owner)).toBeUndefined();
    expect(await ledger.hold(other, owner)).toBe('act-holding');
    expect(await ledger.holderOf(owner)).toBe('act-holding');
    await ledger.close(row);
    expect(await ledger.holderOf(owner)).toBe('act-holding');
    await ledger.close(other);
  });

  it('remembers that an action is not to begin, also before its order came', async () => {
    const ledger = sqlLedger(sql.db);
    expect(await ledger.cancellationOf('act-early')).toBeUndefined();
    await ledger.cancel('act-early', { reason: 'over' }, now);
    await ledger.cancel('act-early', { reason: 'told again' }, later);
    await taken('act-early');
    expect(await ledger.cancellationOf('act-early')).toEqual({ reason: 'over' });
  });

  it('forgets a cancellation once no order is left that it could stop', async () => {
    const ledger = sqlLedger(sql.db);
    const days = (count: number) => new Date(now.getTime() + count * 86_400_000);
    await ledger.cancel('act-of-long-ago', { reason: 'over' }, days(0));
    await ledger.cancel('act-of-a-month', { reason: 'over' }, days(10));
    await ledger.cancel('act-of-today', { reason: 'over' }, days(31));
    const known = ['act-of-long-ago', 'act-of-a-month', 'act-of-today'].map((id) =>
      ledger.cancellationOf(id),
    );
    expect(await Promise.all(known)).toEqual([undefined, { reason: 'over' }, { reason: 'over' }]);
  });

  it('has what is cancelled looked at now where it waits, and leaves alone what has begun', async () => {
    const ledger = sqlLedger(sql.db);
    const [waiting, acting] = [await taken('act-waiting'), await taken('act-acting')];
    await ledger.later(waiting, later);
    await ledger.acting(acting, 'Deployment/shop/acting', {}, now);
    await ledger.done(acting, now, later);
    for (const { actionId } of [waiting, acting]) await ledger.cancel(actionId, { reason: '' }, now);
    const rows = await sql.db
      .selectFrom('ledger')
      .select(['id', 'state', 'due_at'])
      .where('id', 'in', ['act-waiting', 'act-acting'])
      .orderBy('id', 'desc')
      .execute();
    expect(rows).toEqual([
      { id: 'act-waiting', state: 'queued', due_at: now },
      { id: 'act-acting', state: 'done', due_at: later },
    ]);
  });

  it('counts the other actions on a workload that began, by the workload as the target has it', async () => {
    const ledger = sqlLedger(sql.db);
    const [a, b, c] = [await taken('act-1'), await taken('act-2'), await taken('act-3')];
    for (const row of [a, b]) await ledger.acting(row, 'StatefulSet/shop/db', {}, now);
    await ledger.acting(c, 'StatefulSet/shop/other', {}, now);
    const since = new Date(now.getTime() - 1);
    expect(await ledger.begunSince('StatefulSet/shop/db', a, since)).toBe(1);
    expect(await ledger.begunSince('StatefulSet/shop/db', c, since)).toBe(2);
    expect(await ledger.begunSince('StatefulSet/shop/db', c, now)).toBe(0);
  });
});
