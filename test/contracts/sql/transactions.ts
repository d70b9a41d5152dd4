import { describe, expect, it } from 'vitest';
import { deferred } from '../../support/eventually.ts';
import { addJobs, at, type SqlSubject } from './sql-subject.ts';

export function transactionsContract({ open }: SqlSubject): void {
  describe('transactions', () => {
    it('that fail leave nothing behind', async () => {
      const sql = await open();
      const failing = sql.db.transaction().execute(async (trx) => {
        await trx.insertInto('job').values({ id: 'a', due_at: null, note: null }).execute();
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      expect(await sql.db.selectFrom('job').selectAll().execute()).toEqual([]);
    });

    it('do not take in what others write meanwhile', async () => {
      const sql = await open();
      const open1 = deferred();
      const failing = sql.db.transaction().execute(async (trx) => {
        await trx.insertInto('job').values({ id: 'inside', due_at: null, note: null }).execute();
        open1.resolve();
        await new Promise((resolve) => setImmediate(resolve));
        throw new Error('changed my mind');
      });
      await open1.promise;
      await Promise.allSettled([failing, addJobs(sql, { outside: at(0) })]);
      const left = await sql.db.selectFrom('job').select('id').execute();
      expect(left).toEqual([{ id: 'outside' }]);
    });

    it('that saw a statement fail cannot commit', async () => {
      const sql = await open();
      const swallowing = sql.db.transaction().execute(async (trx) => {
        await trx.insertInto('job').values({ id: 'a', due_at: null, note: null }).execute();
        await trx
          .selectFrom('nowhere' as 'job')
          .selectAll()
          .execute()
          .catch(() => {});
      });
      await expect(swallowing).rejects.toMatchObject({ kind: 'internal', code: 'SQL_ABORTED' });
      expect(await sql.db.selectFrom('job').selectAll().execute()).toEqual([]);
    });

    it('and statements are reported without their parameters', async () => {
      const seen: { sql: string; durationMs: number; error?: unknown }[] = [];
      const sql = await open({ onQuery: (query) => seen.push(query) });
      await addJobs(sql, { 'a-secret': at(0) });
      await expect(addJobs(sql, { 'a-secret': at(0) })).rejects.toMatchObject({ kind: 'conflict' });
      const inserts = seen.filter((query) => query.sql.startsWith('insert'));
      expect(inserts.map(({ error }) => error !== undefined)).toEqual([false, true]);
      expect(inserts.every(({ durationMs }) => durationMs >= 0)).toBe(true);
      expect(JSON.stringify(seen)).not.toContain('a-secret');
    });
  });
}
