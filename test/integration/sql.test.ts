import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql as raw } from 'kysely';
import { openSql, type Sql } from '#lib/sql/open-sql.ts';
import { sqlContract } from '../contracts/sql.ts';
import { type LabPostgres, startPostgres } from '../lab/postgres.ts';
import { deferred, eventually } from '../support/eventually.ts';

sqlContract('Postgres', async () => {
  const server = await startPostgres();
  const url = await server.createDatabase('contract');
  return {
    open: (options) => openSql({ kind: 'postgres', url, ...options }),
    stop: () => server.stop(),
  };
});

interface Tables {
  item: { id: string; text: string };
}

const migrations = [{ id: '0001_item', sql: 'create table item (id text primary key, text text not null)' }];

describe('a service on Postgres', () => {
  let server: LabPostgres;
  let url: string;
  const closers: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    server = await startPostgres({ settings: { max_connections: '20' } });
    url = await server.createDatabase('failures');
  });
  afterAll(async () => {
    await Promise.all(closers.map((close) => close()));
    await server?.stop();
  });

  const open = async (options: { poolSize?: number; queryTimeoutMs?: number } = {}): Promise<Sql<Tables>> => {
    const sql = await openSql<Tables>({ kind: 'postgres', url, schema: 'service', migrations, ...options });
    closers.push(() => sql.close());
    return sql;
  };
  const sleep = ({ db }: Sql<Tables>, seconds: number) => raw`select pg_sleep(${seconds})`.execute(db);
  const unavailable = (code: string) => ({ kind: 'unavailable', code });

  it('hears that the server is gone, also within a transaction, and goes on when it is back', async () => {
    const sql = await open();
    const [begun, killed] = [deferred(), deferred()];
    const cut = sql.db.transaction().execute(async (trx) => {
      await trx.insertInto('item').values({ id: 'cut', text: '' }).execute();
      begun.resolve();
      await killed.promise;
      await trx.insertInto('item').values({ id: 'off', text: '' }).execute();
    });
    await begun.promise;
    await server.kill();
    killed.resolve();
    await expect(cut).rejects.toMatchObject(unavailable('SQL_UNREACHABLE'));
    await expect(sql.check()).rejects.toMatchObject(unavailable('SQL_UNREACHABLE'));
    await server.restart();
    await eventually(() => sql.check());
    expect(await sql.db.selectFrom('item').selectAll().execute()).toEqual([]);
  });

  it('waits for a silent server no longer than it said, and takes a fresh connection after', async () => {
    const sql = await open({ queryTimeoutMs: 500 });
    await sql.check();
    server.pause();
    try {
      const started = performance.now();
      await expect(sql.check()).rejects.toMatchObject(unavailable('SQL_TIMEOUT'));
      expect(performance.now() - started).toBeLessThan(4_000);
    } finally {
      server.resume();
    }
    await eventually(() => sql.check());
  });

  it('ends statements that take too long, on the server too', async () => {
    const sql = await open({ queryTimeoutMs: 300 });
    await expect(sleep(sql, 20)).rejects.toMatchObject(unavailable('SQL_TIMEOUT'));
    const running = await raw<{ query: string }>`
      select query from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'`.execute(
      sql.db,
    );
    expect(running.rows).toEqual([]);
  });

  it('tells of deadlocks and of locks that others keep as passing', async () => {
    const sql = await open();
    await sql.db
      .insertInto('item')
      .values(['x', 'y'].map((id) => ({ id, text: '' })))
      .execute();
    const both = [deferred(), deferred()];
    const crossing = (first: string, second: string, mine: number) =>
      sql.db.transaction().execute(async (trx) => {
        await trx.updateTable('item').set({ text: 'mine' }).where('id', '=', first).execute();
        both[mine]?.resolve();
        await Promise.all(both.map(({ promise }) => promise));
        await trx.updateTable('item').set({ text: 'mine' }).where('id', '=', second).execute();
      });
    const results = await Promise.allSettled([crossing('x', 'y', 0), crossing('y', 'x', 1)]);
    const failed = results.filter((result) => result.status === 'rejected');
    expect(failed.map(({ reason }) => reason as unknown)).toEqual([
      expect.objectContaining(unavailable('SQL_COLLISION')),
    ]);
  });

  it('tells of a pool that is empty as passing', async () => {
    const sql = await open({ poolSize: 1, queryTimeoutMs: 20_000 });
    const busy = sleep(sql, 6);
    await expect(sql.check()).rejects.toMatchObject(unavailable('SQL_TIMEOUT'));
    await busy;
  });

  it('tells of a server without free connections as passing', async () => {
    const sql = await open({ poolSize: 40 });
    const all = await Promise.allSettled(Array.from({ length: 40 }, () => sleep(sql, 1)));
    await sql.close();
    const refused = all.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toMatchObject(unavailable('SQL_OVERLOADED'));
  });

  it('is not ready while the server takes no writes', async () => {
    const sql = await open({ poolSize: 1 });
    await raw`set default_transaction_read_only = on`.execute(sql.db);
    await expect(sql.check()).rejects.toMatchObject(unavailable('SQL_READ_ONLY'));
    const writing = sql.db.insertInto('item').values({ id: 'refused', text: '' }).execute();
    await expect(writing).rejects.toMatchObject(unavailable('SQL_READ_ONLY'));
    // The connection to a server that was demoted is given up: the next one may lead to the new primary.
    await sql.check();
  });

  it('says nothing of its password, whatever is wrong', async () => {
    const secret = 'pa55w0rd';
    const withSecret = (change: (target: URL) => void) => {
      const target = new URL(url);
      target.password = secret;
      change(target);
      return target.href;
    };
    const urls = [
      withSecret((target) => (target.port = '1')),
      withSecret((target) => (target.username = 'nobody')),
      withSecret((target) => (target.pathname = '/nowhere')),
      withSecret((target) => (target.hostname = 'does-not-exist.invalid')),
      withSecret((target) => (target.protocol = 'mysql:')),
      `postgres://user:${secret}@[oops/db`,
    ];
    for (const wrong of urls) {
      const error: unknown = await openSql({
        kind: 'postgres',
        url: wrong,
        schema: 'service',
        migrations,
      }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'BelayError' });
      const { message, why, next, stack, cause } = error as Error & { why?: string; next?: string };
      expect([message, why, next, stack, String(cause)].join()).not.toContain(secret);
    }
  });

  it('loses its exclusive turn with the connection that held it', async () => {
    const [one, other] = [await open(), await open()];
    const cut = one.exclusively('turn', async (db) => {
      expect(await other.exclusively('turn', async () => {})).toBe(false);
      await raw`select pg_terminate_backend(pid) from pg_stat_activity
        where pid <> pg_backend_pid() and datname = current_database()`.execute(other.db);
      await eventually(async () => expect(await other.exclusively('turn', async () => {})).toBe(true));
      await db.selectFrom('item').selectAll().execute();
    });
    await expect(cut).rejects.toMatchObject(unavailable('SQL_UNREACHABLE'));
  });

  it('runs with a role that may not change the schema, once it is up to date', async () => {
    const { db } = await open();
    await raw.raw('create role limited login; grant usage on schema service to limited;').execute(db);
    await raw.raw('grant select on all tables in schema service to limited').execute(db);
    const limited = new URL(url);
    limited.username = 'limited';
    const sql = await openSql<Tables>({ kind: 'postgres', url: limited.href, schema: 'service', migrations });
    await expect(sql.db.selectFrom('item').selectAll().execute()).resolves.toBeInstanceOf(Array);
    await sql.close();
  });
});
