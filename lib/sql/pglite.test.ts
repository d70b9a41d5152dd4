import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sql as raw } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '#lib/clock.ts';
import { deferred, eventually } from '../../test/support/eventually.ts';
import { openSql, type Sql } from './open-sql.ts';
import { type OpenPgliteOptions, openPglite, type Pglite } from './pglite.ts';

interface Tables {
  item: { id: number };
}

const migrations = [{ id: '0001_item', sql: 'create table item (id integer primary key)' }];
const clock = new ManualClock(new Date('2026-01-01T00:00:00Z'));
/** Folders are synced and processes started: a busy disk takes its time. */
const timeout = 60_000;
const opened: Pglite[] = [];
const folders: string[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const instance of opened.splice(0)) await instance.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'belay-pglite-'));
  folders.push(folder);
  return join(folder, 'sql');
}

async function open(dataDir: string | undefined, options: Partial<OpenPgliteOptions> = {}): Promise<Pglite> {
  const onError = (error: unknown) => {
    throw error;
  };
  const instance = await openPglite({ dataDir, clock, onError, ...options });
  opened.push(instance);
  return instance;
}

function service(instance: Pglite, schema = 'service'): Promise<Sql<Tables>> {
  return openSql<Tables>({ kind: 'pglite', instance, schema, migrations });
}

function ids({ db }: Sql<Tables>): Promise<{ id: number }[]> {
  return db.selectFrom('item').select('id').orderBy('id').execute();
}

describe('the embedded database', { timeout }, () => {
  it('keeps its rows from one process to the next', async () => {
    const folder = newFolder();
    const first = await open(folder);
    await (await service(first)).db.insertInto('item').values({ id: 1 }).execute();
    await first.close();
    expect(await ids(await service(await open(folder)))).toEqual([{ id: 1 }]);
  });

  it('loses no commit that was acknowledged before a kill, and syncs each to the disk', {
    timeout,
  }, async () => {
    const folder = newFolder();
    const { acknowledged, kill } = await committing(folder);
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(50), timeout);
    await kill();
    const rows = await ids(await service(await open(folder)));
    const last = acknowledged.at(-1)?.id ?? 0;
    expect(rows.slice(0, last)).toEqual(acknowledged.map(({ id }) => ({ id })));
    expect(rows.length).toBeLessThanOrEqual(last + 1);
    const syncs = acknowledged.map((line) => line.syncs);
    expect(syncs.every((count, index) => index === 0 || count > (syncs[index - 1] ?? 0))).toBe(true);
  });

  it('belongs to one process: a second is told so, and what to do', async () => {
    const folder = newFolder();
    const { kill } = await committing(folder);
    await expect(open(folder)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'DATA_IN_USE',
      message: expect.stringContaining(folder) as string,
      next: expect.stringContaining('stop the other process') as string,
    });
    await kill();
    await (await open(folder)).close();
  });

  it('belongs to one user within a process, too, until it is closed', async () => {
    const folder = newFolder();
    const first = await open(folder);
    await expect(open(folder)).rejects.toMatchObject({ code: 'DATA_IN_USE' });
    await first.close();
    await open(folder);
  });

  it('starts anew when its first start was cut off', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'postgres.new', 'base'), { recursive: true });
    writeFileSync(join(folder, 'postgres.new', 'PG_VERSION'), '18');
    expect(await ids(await service(await open(folder)))).toEqual([]);
  });

  it('says which folder it is that cannot be read, and keeps it', async () => {
    const folder = newFolder();
    await (await open(folder)).close();
    truncateSync(join(folder, 'postgres', 'global', 'pg_control'), 10);
    await expect(open(folder)).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
      message: expect.stringContaining(folder) as string,
    });
    expect(readdirSync(join(folder, 'postgres'))).toContain('PG_VERSION');
  });

  it('says so when it may not write to its folder', async () => {
    const folder = newFolder();
    writeFileSync(folder, 'a file');
    await expect(open(folder)).rejects.toMatchObject({ code: 'DATA_NOT_WRITABLE' });
  });

  it('keeps its log and its tables small while it runs', async () => {
    const { db } = await service(await open(undefined));
    await raw`insert into service.item select generate_series(1, 5000)`.execute(db);
    for (let round = 0; round < 30; round += 1) {
      await raw`update service.item set id = id + 5000`.execute(db);
    }
    expect(await megabytesOfLog(db)).toBeGreaterThan(25);
    await eventually(async () => {
      await clock.advance(60_000);
      expect(await megabytesOfLog(db)).toBeLessThan(20);
    });
    const stats = await raw<{ dead: number }>`
      select n_dead_tup as dead from pg_stat_user_tables where relname = 'item'`.execute(db);
    expect(stats.rows).toEqual([{ dead: 0 }]);
  });

  it('reports when its upkeep fails, and goes on with it', async () => {
    const errors: unknown[] = [];
    const instance = await open(undefined, { waitMs: 50, onError: (error) => errors.push(error) });
    const kept = await instance.pool.connect();
    await eventually(async () => {
      await clock.advance(60_000);
      expect(errors).not.toEqual([]);
    });
    kept.release(false);
    await (await service(instance)).check();
  });
});

describe('the one connection of the embedded database', { timeout }, () => {
  it('is refused to a transaction that waits for itself, instead of a standstill', async () => {
    const { db } = await service(await open(undefined, { waitMs: 100 }));
    const waiting = db.transaction().execute(async () => {
      await db.selectFrom('item').selectAll().execute();
    });
    await expect(waiting).rejects.toMatchObject({ kind: 'unavailable', code: 'SQL_TIMEOUT' });
    expect(await db.selectFrom('item').selectAll().execute()).toEqual([]);
  });

  it('is taken from a transaction that rests, because all others wait for it', async () => {
    const instance = await open(undefined, { idleInTransactionMs: 100 });
    const [resting, other] = [await service(instance, 'resting'), await service(instance, 'other')];
    const hold = deferred();
    const held = resting.db.transaction().execute(async (trx) => {
      await trx.insertInto('item').values({ id: 1 }).execute();
      await hold.promise;
      await trx.insertInto('item').values({ id: 2 }).execute();
    });
    expect(await ids(other)).toEqual([]);
    hold.resolve();
    await expect(held).rejects.toMatchObject({ kind: 'unavailable', code: 'SQL_TIMEOUT' });
    expect(await ids(resting)).toEqual([]);
  });

  it('is left to a transaction that goes on working', async () => {
    const idleMs = 150;
    const sql = await service(await open(undefined, { idleInTransactionMs: idleMs }));
    const started = performance.now();
    await sql.db.transaction().execute(async (trx) => {
      for (let id = 1; performance.now() - started < 3 * idleMs; id += 1) {
        await trx.insertInto('item').values({ id }).execute();
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    expect((await ids(sql)).length).toBeGreaterThan(0);
  });

  it('is handed on when a transaction ends badly', async () => {
    const sql = await service(await open(undefined));
    const failing = sql.db.transaction().execute(async (trx) => {
      await raw`select nonsense`.execute(trx);
    });
    await expect(failing).rejects.toMatchObject({ kind: 'internal' });
    expect(await ids(sql)).toEqual([]);
  });

  it('lets a transaction in hand finish when it is closed, and refuses everybody after', async () => {
    const instance = await open(undefined);
    const sql = await service(instance);
    const [begun, goOn] = [deferred(), deferred()];
    const before = sql.db.transaction().execute(async (trx) => {
      begun.resolve();
      await goOn.promise;
      await trx.insertInto('item').values({ id: 1 }).execute();
    });
    await begun.promise;
    const closing = instance.close();
    goOn.resolve();
    await expect(before).resolves.toBeUndefined();
    await closing;
    await expect(sql.check()).rejects.toMatchObject({ kind: 'unavailable', code: 'SQL_UNREACHABLE' });
  });

  it('says what it may not write where its folder belongs to somebody else', { timeout }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'belay-foreign-'));
    folders.push(folder);
    mkdirSync(join(folder, 'postgres'), { mode: 0o500 });
    chmodSync(folder, 0o777);
    const script = join(import.meta.dirname, 'fixtures', 'open-without-rights.ts');
    const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    expect(JSON.parse(line)).toEqual({
      kind: 'unavailable',
      code: 'DATA_NOT_WRITABLE',
      why: `this process may not read and change ${folder}/postgres (EACCES)`,
      next: `let this process write to ${folder}/postgres and to all that is in it`,
    });
  });
});

interface Acknowledged {
  readonly id: number;
  readonly syncs: number;
}

/** A process that commits rows; resolves at its first commit. */
async function committing(folder: string) {
  const script = join(import.meta.dirname, 'fixtures', 'commit-rows.ts');
  const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const acknowledged: Acknowledged[] = [];
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => acknowledged.push(JSON.parse(line) as Acknowledged));
  await once(lines, 'line');
  const kill = async () => {
    child.kill('SIGKILL');
    await once(child, 'close');
  };
  return { acknowledged, kill };
}

async function megabytesOfLog(db: Sql<Tables>['db']): Promise<number> {
  const { rows } = await raw<{ bytes: string }>`select sum(size) as bytes from pg_ls_waldir()`.execute(db);
  return Number(rows[0]?.bytes) / 1024 ** 2;
}
