import { describe, expect, it } from 'vitest';
import { addJobs, at, type SqlSubject } from './sql-subject.ts';

export function failuresContract({ open }: SqlSubject): void {
  describe('failures', () => {
    it('of a unique key are a conflict that names the key, not the value', async () => {
      const sql = await open();
      await addJobs(sql, { 'a-secret': at(0) });
      const error: unknown = await addJobs(sql, { 'a-secret': at(0) }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ kind: 'conflict', code: 'SQL_DUPLICATE', field: 'job_pkey' });
      expect(JSON.stringify(error) + String(error)).not.toContain('a-secret');
    });

    it('of a statement are internal', async () => {
      const { db } = await open();
      await expect(
        db
          .selectFrom('nowhere' as 'job')
          .selectAll()
          .execute(),
      ).rejects.toMatchObject({ kind: 'internal', code: 'SQL_FAILED' });
    });
  });
}
