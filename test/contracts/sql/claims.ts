import { describe, expect, it } from 'vitest';
import {
  claimRows,
  deleteClaimed,
  extendClaim,
  nextDue,
  releaseClaimed,
  releaseFailed,
  updateClaimed,
} from '#lib/sql/claim-rows.ts';
import type { Sql } from '#lib/sql/open-sql.ts';
import { addJobs, at, type ContractTables, readJob, type SqlSubject } from './sql-subject.ts';

const leaseMs = 30_000;

export function claimsContract({ open, newSchema }: SqlSubject): void {
  const claim = ({ db }: Sql<ContractTables>, now: Date, limit = 10, owner = 'one') =>
    claimRows(db, 'job', { now, limit, leaseMs, owner });
  const claimOne = async (sql: Sql<ContractTables>, now = at(0), owner = 'one') => {
    const [row] = await claim(sql, now, 1, owner);
    if (!row) throw new Error('nothing to claim');
    return row;
  };
  const oneJob = async () => {
    const sql = await open();
    await addJobs(sql, { a: at(0) });
    return sql;
  };

  describe('claimed rows', () => {
    it('are those that are due, the longest due first, as many as asked for', async () => {
      const sql = await open();
      await addJobs(sql, { late: at(3), now: at(10), first: at(1), future: at(11), never: null, tie: at(3) });
      expect((await claim(sql, at(10), 3)).map(({ id }) => id)).toEqual(['first', 'late', 'tie']);
      expect((await claim(sql, at(10), 3)).map(({ id }) => id)).toEqual(['now']);
    });

    it('come with their claim on them', async () => {
      const sql = await oneJob();
      const row = await claimOne(sql);
      expect(row).toMatchObject({ id: 'a', epoch: 1, claimed_by: 'one', claimed_until: at(30), failures: 0 });
      expect(await readJob(sql, 'a')).toEqual(row);
    });

    it('go to one claimer alone, however many there are', async () => {
      const schema = newSchema();
      const instances = await Promise.all([open({ schema }), open({ schema })]);
      const [first] = instances;
      const ids = Array.from({ length: 60 }, (_, index) => `job-${index}`);
      await addJobs(first, Object.fromEntries(ids.map((id, index) => [id, at(index % 7)])));
      const claims = Array.from({ length: 20 }, (_, index) =>
        claim(index % 2 ? instances[0] : instances[1], at(100), 4, `claimer-${index}`),
      );
      const claimed = (await Promise.all(claims)).flat();
      const rest = await claim(first, at(100), 100);
      expect([...claimed, ...rest].map(({ id }) => id).sort()).toEqual(ids.sort());
      expect([...claimed, ...rest].every(({ epoch }) => epoch === 1)).toBe(true);
    });

    it('can be narrowed down', async () => {
      const { db } = await oneJob();
      await db
        .insertInto('job')
        .values({ id: 'b', due_at: at(5), note: 'mine' })
        .execute();
      const rows = await claimRows(db, 'job', {
        now: at(9),
        limit: 9,
        leaseMs,
        owner: 'one',
        where: (eb) => eb('note', '=', 'mine'),
      });
      expect(rows.map(({ id }) => id)).toEqual(['b']);
      expect(await nextDue(db, 'job', (eb) => eb('note', '=', 'other'))).toBeUndefined();
    });

    it('can be claimed again when the lease has ended, not before, and then the first claim is lost', async () => {
      const sql = await oneJob();
      const first = await claimOne(sql);
      expect(await claim(sql, at(29))).toEqual([]);
      const second = await claimOne(sql, at(30), 'two');
      expect(second.epoch).toBe(2);
      expect(await updateClaimed(sql.db, 'job', first, { note: 'from the first' })).toBe('lost');
      expect(await extendClaim(sql.db, 'job', first, at(99))).toBe('lost');
      expect(await releaseClaimed(sql.db, 'job', first, { dueAt: null })).toBe('lost');
      expect(await releaseFailed(sql.db, 'job', first, at(99))).toBe('lost');
      expect(await deleteClaimed(sql.db, 'job', first)).toBe('lost');
      expect(await readJob(sql, 'a')).toEqual(second);
    });

    it('whose lease has ended can be written until somebody claims them', async () => {
      const sql = await oneJob();
      const row = await claimOne(sql);
      expect(await updateClaimed(sql.db, 'job', row, { note: 'late' })).toBe('ok');
      expect((await readJob(sql, 'a')).note).toBe('late');
    });

    it('stay with their claimer as long as the lease is extended', async () => {
      const sql = await oneJob();
      const row = await claimOne(sql);
      expect(await extendClaim(sql.db, 'job', row, at(60))).toBe('ok');
      expect(await claim(sql, at(59))).toEqual([]);
      expect(await claim(sql, at(60))).toHaveLength(1);
    });

    it('cannot be written any more by the one who has released them', async () => {
      const sql = await oneJob();
      const row = await claimOne(sql);
      expect(await releaseClaimed(sql.db, 'job', row, { dueAt: at(5), changes: { note: 'step 1' } })).toBe(
        'ok',
      );
      expect(await updateClaimed(sql.db, 'job', row, { note: 'straggler' })).toBe('lost');
      expect(await claim(sql, at(4))).toEqual([]);
      expect(await claimOne(sql, at(5))).toMatchObject({ note: 'step 1', epoch: 2 });
    });

    it('remember failures until they are released well', async () => {
      const sql = await oneJob();
      await releaseFailed(sql.db, 'job', await claimOne(sql), at(1));
      await releaseFailed(sql.db, 'job', await claimOne(sql, at(1)), at(2));
      const third = await claimOne(sql, at(2));
      expect(third.failures).toBe(2);
      await releaseClaimed(sql.db, 'job', third, { dueAt: null });
      expect(await readJob(sql, 'a')).toMatchObject({ failures: 0, due_at: null, claimed_by: null });
    });

    it('can be deleted by their claimer', async () => {
      const sql = await oneJob();
      expect(await deleteClaimed(sql.db, 'job', await claimOne(sql))).toBe('ok');
      expect(await sql.db.selectFrom('job').selectAll().execute()).toEqual([]);
    });

    it('are written with the transaction they are written in, or not at all', async () => {
      const sql = await oneJob();
      const row = await claimOne(sql);
      const failing = sql.db.transaction().execute(async (trx) => {
        await releaseClaimed(trx, 'job', row, { dueAt: null });
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await readJob(sql, 'a')).toEqual(row);
    });

    it('tell when the next one can be taken: when it is due, or its lease ends', async () => {
      const sql = await open();
      expect(await nextDue(sql.db, 'job', undefined)).toBeUndefined();
      await addJobs(sql, { claimed: at(0), later: at(100), never: null });
      await claimOne(sql);
      expect(await nextDue(sql.db, 'job', undefined)).toEqual(at(30));
    });
  });
}
