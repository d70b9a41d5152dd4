import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock, systemClock } from '#lib/clock.ts';
import { deferred, eventually } from '../../test/support/eventually.ts';
import { claimRows, releaseClaimed, updateClaimed } from './claim-rows.ts';
import { openSql, type Sql } from './open-sql.ts';
import { openPglite, type Pglite } from './pglite.ts';
import { RowWorker, type RowWorkerOptions } from './row-worker.ts';
import { workColumns, workIndex, type WorkRow, type WorkTable } from './work-table.ts';

interface Tables {
  job: WorkTable & { note: string | null };
}
type Job = WorkRow<Tables, 'job'>;
type Options = RowWorkerOptions<Tables, 'job'>;

const migrations = [
  { id: '0001_job', sql: `create table job (${workColumns}, note text); ${workIndex('job')}` },
];
const start = new Date('2026-01-01T00:00:00Z');
const at = (seconds: number) => new Date(start.getTime() + seconds * 1_000);

describe('the row worker', () => {
  let instance: Pglite;
  let schemas = 0;
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const onError = (error: unknown) => {
      throw error;
    };
    instance = await openPglite({ dataDir: undefined, clock: systemClock, onError });
  });
  afterEach(() => {
    // Not awaited: where a test has failed, a handler may wait for ever.
    for (const stop of stops.splice(0)) void stop();
  });
  afterAll(() => instance.close());

  /** A table, a clock that stands still, and a worker that notes what it does and finishes each row. */
  async function setUp(options: Partial<Options> & { onQuery?: () => void } = {}) {
    schemas += 1;
    const { onQuery, ...rest } = options;
    const sql: Sql<Tables> = await openSql({
      kind: 'pglite',
      instance,
      schema: `worker_${schemas}`,
      migrations,
      ...(onQuery && { onQuery }),
    });
    const clock = new ManualClock(start);
    const handled: string[] = [];
    const errors: { error: unknown; id: string | undefined }[] = [];
    const finish = (row: Job) => releaseClaimed(sql.db, 'job', row, { dueAt: null });
    const worker = new RowWorker<Tables, 'job'>({
      db: sql.db,
      table: 'job',
      clock,
      owner: 'test',
      handle: async (row) => {
        handled.push(row.id);
        await finish(row);
      },
      onError: (error, row) => errors.push({ error, id: row?.id }),
      ...rest,
    });
    stops.push(() => worker.stop());
    const add = (due: Readonly<Record<string, Date>>) =>
      sql.db
        .insertInto('job')
        .values(Object.entries(due).map(([id, due_at]) => ({ id, due_at, note: null })))
        .execute();
    const read = (id: string) =>
      sql.db.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    return { sql, clock, worker, handled, errors, add, read, finish };
  }

  /** Time passes in small steps until the check holds. */
  const passUntil = (clock: ManualClock, check: () => void | Promise<void>, stepMs = 200) =>
    eventually(async () => {
      await clock.advance(stepMs);
      await check();
    });

  it('handles what is due, the longest due first, and the rest when its time has come', async () => {
    const { worker, clock, handled, add } = await setUp({ concurrency: 1 });
    await add({ second: at(-1), first: at(-2), future: at(60) });
    worker.start();
    await passUntil(clock, () => expect(handled).toEqual(['first', 'second']));
    await passUntil(clock, () => expect(handled).toEqual(['first', 'second', 'future']), 5_000);
    expect(clock.now().getTime()).toBeGreaterThanOrEqual(at(60).getTime());
  });

  it('takes a row on the moment, not at the next poll', async () => {
    const { worker, clock, handled, add } = await setUp({ pollMs: 3_600_000 });
    await add({ soon: at(7) });
    worker.start();
    await passUntil(clock, () => expect(handled).toEqual(['soon']), 100);
    expect(clock.now().getTime()).toBeLessThan(at(600).getTime());
  });

  it('wakes when poked, and asks nothing while it waits', async () => {
    let queries = 0;
    const { worker, handled, add } = await setUp({ pollMs: 3_600_000, onQuery: () => (queries += 1) });
    worker.start();
    await eventually(async () => {
      const before = queries;
      await new Promise((resolve) => setImmediate(resolve));
      expect(queries).toBeGreaterThan(1);
      expect(queries).toBe(before);
    });
    const before = queries;
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(queries).toBe(before);
    await add({ a: at(0) });
    worker.poke();
    await eventually(() => expect(handled).toEqual(['a']));
  });

  it('handles no more rows at a time than it was told, and goes on when one is done', async () => {
    const gates = new Map<string, () => void>();
    const { worker, add, finish } = await setUp({
      concurrency: 2,
      handle: async (row) => {
        const gate = deferred();
        gates.set(row.id, gate.resolve);
        await gate.promise;
        await finish(row);
      },
    });
    await add({ a: at(-4), b: at(-3), c: at(-2), d: at(-1) });
    worker.start();
    await eventually(() => expect([...gates.keys()]).toEqual(['a', 'b']));
    gates.get('b')?.();
    await eventually(() => expect([...gates.keys()]).toEqual(['a', 'b', 'c']));
    for (const id of ['a', 'c']) gates.get(id)?.();
    await eventually(() => expect([...gates.keys()]).toEqual(['a', 'b', 'c', 'd']));
    gates.get('d')?.();
  });

  it('reports a failing handler, handles the others, and tries again later and later', async () => {
    const failure = new Error('no');
    const attempts: number[] = [];
    const { worker, clock, errors, add, read, finish } = await setUp({
      handle: async (row) => {
        if (row.id === 'good') return void (await finish(row));
        attempts.push(clock.now().getTime());
        throw failure;
      },
    });
    await add({ bad: at(-1), good: at(0) });
    worker.start();
    await passUntil(clock, async () => expect((await read('good')).due_at).toBeNull());
    await passUntil(clock, () => expect(attempts.length).toBe(5), 250);
    await worker.stop();
    const waits = attempts.slice(1).map((time, index) => time - (attempts[index] ?? 0));
    expect(waits[3]).toBeGreaterThan((waits[0] ?? 0) * 2);
    expect(errors).toEqual(attempts.map(() => ({ error: failure, id: 'bad' })));
    expect(await read('bad')).toMatchObject({ failures: 5, claimed_by: null });
  });

  it('outlives a store that fails, and goes on when it is back', async () => {
    const { sql, worker, clock, handled, errors, add } = await setUp();
    await add({ a: at(0) });
    await sql.db.schema.alterTable('job').renameTo('gone').execute();
    worker.start();
    await passUntil(clock, () => expect(errors.length).toBeGreaterThan(2));
    expect(errors[0]).toMatchObject({ error: { code: 'SQL_FAILED' }, id: undefined });
    await sql.db.schema.alterTable('gone').renameTo('job').execute();
    await passUntil(clock, () => expect(handled).toEqual(['a']));
  });

  it('keeps a row for as long as its handler runs', async () => {
    const goOn = deferred();
    const held: boolean[] = [];
    const { sql, worker, clock, add, read } = await setUp({
      leaseMs: 30_000,
      handle: async (row, lost) => {
        await goOn.promise;
        held.push(!lost.aborted, (await updateClaimed(sql.db, 'job', row, { note: 'done' })) === 'ok');
      },
    });
    await add({ a: at(0) });
    worker.start();
    await eventually(async () => expect((await read('a')).epoch).toBe(1));
    for (let seconds = 0; seconds < 120; seconds += 10) {
      await clock.advance(10_000);
      await eventually(async () => {
        expect((await read('a')).claimed_until?.getTime()).toBeGreaterThan(clock.now().getTime() + 10_000);
      });
    }
    const claim = { now: clock.now(), limit: 1, leaseMs: 1_000, owner: 'other' };
    expect(await claimRows(sql.db, 'job', claim)).toEqual([]);
    goOn.resolve();
    await eventually(() => expect(held).toEqual([true, true]));
  });

  it('tells the handler when its row is lost: to another, or to time', async () => {
    const lostRows: string[] = [];
    const { sql, worker, clock, add, read } = await setUp({
      handle: async (row, lost) => {
        await new Promise((resolve) => lost.addEventListener('abort', resolve));
        lostRows.push(row.id);
      },
    });
    await add({ taken: at(0) });
    worker.start();
    await eventually(async () => expect((await read('taken')).epoch).toBe(1));
    await sql.db.updateTable('job').set({ epoch: 2, claimed_by: 'other' }).execute();
    await passUntil(clock, () => expect(lostRows).toEqual(['taken']), 5_000);
    await sql.db.deleteFrom('job').execute();

    await add({ silent: at(0) });
    worker.poke();
    await eventually(async () => expect((await read('silent')).epoch).toBe(1));
    await sql.db.schema.alterTable('job').renameTo('gone').execute();
    await passUntil(clock, () => expect(lostRows).toEqual(['taken', 'silent']), 5_000);
  });

  it('works at once on a row that was inserted as its own, within its room', async () => {
    let queries = 0;
    const goOn = deferred();
    const { sql, worker, handled, read, finish } = await setUp({
      concurrency: 2,
      pollMs: 3_600_000,
      handle: async (row) => {
        handled.push(row.id);
        await goOn.promise;
        await finish(row);
      },
      onQuery: () => (queries += 1),
    });
    worker.start();
    const insert = (id: string, claim = {}) =>
      sql.db
        .insertInto('job')
        .values({ id, due_at: at(0), note: null, ...claim })
        .returningAll()
        .executeTakeFirst();
    const [first, second] = [worker.offer(), worker.offer()];
    expect(worker.offer()).toBeUndefined();
    const row = await insert('a', first?.claim);
    const before = queries;
    first?.end(row);
    expect(handled).toEqual(['a']);
    expect(queries).toBe(before);
    expect(await read('a')).toMatchObject({ epoch: 1, claimed_by: 'test', claimed_until: at(30) });
    expect(worker.offer()).toBeUndefined();
    second?.end();
    worker.offer()?.end();
    goOn.resolve();
    await eventually(async () => expect(await read('a')).toMatchObject({ due_at: null, claimed_by: null }));
  });

  it('leaves a row to the others that was offered a place before it stopped', async () => {
    const { sql, worker, handled, read } = await setUp();
    worker.start();
    const offer = worker.offer();
    await worker.stop();
    expect(worker.offer()).toBeUndefined();
    const values = { id: 'a', due_at: at(0), note: null, ...offer?.claim };
    offer?.end(await sql.db.insertInto('job').values(values).returningAll().executeTakeFirst());
    expect(handled).toEqual([]);
    expect((await read('a')).claimed_until).toEqual(at(30));
  });

  it('stops only when the handlers in hand are done, and claims nothing more', async () => {
    const goOn = deferred();
    const { worker, add, read, finish } = await setUp({
      handle: async (row) => {
        await goOn.promise;
        await finish(row);
      },
    });
    await add({ a: at(0) });
    worker.start();
    await eventually(async () => expect((await read('a')).epoch).toBe(1));
    let stopped = false;
    const stopping = worker.stop().then(() => (stopped = true));
    await add({ b: at(0) });
    worker.poke();
    expect((await read('b')).epoch).toBe(0);
    expect(stopped).toBe(false);
    goOn.resolve();
    await stopping;
    expect(await read('a')).toMatchObject({ due_at: null, claimed_by: null });
    expect((await read('b')).epoch).toBe(0);
  });
});
