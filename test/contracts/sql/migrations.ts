import { describe, expect, it } from 'vitest';
import { addJobs, at, type SqlSubject } from './sql-subject.ts';

interface Tables {
  first: { id: string };
}

const first = { id: '0001_first', sql: 'create table first (id text primary key)' };
const second = { id: '0002_second', sql: "insert into first values ('from the second')" };

export function migrationsContract({ open, newSchema }: SqlSubject): void {
  describe('migrations', () => {
    it('are applied once, however often and however many instances start', async () => {
      const options = { schema: newSchema(), migrations: [first, second] };
      const atOnce = await Promise.all([1, 2, 3, 4].map(() => open<Tables>(options)));
      const later = await open<Tables>(options);
      for (const { db } of [...atOnce, later]) {
        expect(await db.selectFrom('first').selectAll().execute()).toEqual([{ id: 'from the second' }]);
      }
    });

    it('go on where the last version stopped, and do not mind indentation', async () => {
      const schema = newSchema();
      await open({ schema, migrations: [first] });
      const indented = { ...first, sql: `\n    ${first.sql.replaceAll(' ', '\n  ')}\n` };
      const { db } = await open<Tables>({ schema, migrations: [indented, second] });
      expect(await db.selectFrom('first').selectAll().execute()).toHaveLength(1);
    });

    it('that were changed after their release stop the start', async () => {
      const schema = newSchema();
      await open({ schema, migrations: [first] });
      const changed = { ...first, sql: 'create table first (id uuid primary key)' };
      await expect(open({ schema, migrations: [changed] })).rejects.toMatchObject({
        kind: 'conflict',
        code: 'MIGRATION_CHANGED',
        message: expect.stringContaining('0001_first') as string,
      });
    });

    it('of a newer version stop the start of an older one', async () => {
      const schema = newSchema();
      await open({ schema, migrations: [first, second] });
      await expect(open({ schema, migrations: [first] })).rejects.toMatchObject({
        kind: 'conflict',
        code: 'SCHEMA_NEWER',
        why: expect.stringContaining('0002_second') as string,
      });
    });

    it('leave nothing behind when one of them fails', async () => {
      const schema = newSchema();
      const broken = { id: '0002_broken', sql: 'create table other (id text); select nonsense' };
      await expect(open({ schema, migrations: [first, broken] })).rejects.toMatchObject({ kind: 'internal' });
      const { db } = await open<Tables>({ schema, migrations: [first, second] });
      expect(await db.selectFrom('first').selectAll().execute()).toHaveLength(1);
    });

    it('out of their numbering are refused', async () => {
      await expect(open({ migrations: [second] })).rejects.toMatchObject({ code: 'MIGRATION_MISNAMED' });
    });

    it('keep the services apart', async () => {
      const [one, other] = [await open(), await open()];
      await addJobs(one, { same: at(0) });
      await addJobs(other, { same: at(0) });
      await one.db.deleteFrom('job').execute();
      expect(await other.db.selectFrom('job').selectAll().execute()).toHaveLength(1);
    });

    it('go into schemas whose names need no quotes', async () => {
      for (const schema of ['Decision', 'a-b', '', '1st', 'a"b', 'x'.repeat(64)]) {
        await expect(open({ schema })).rejects.toMatchObject({ kind: 'invalid', code: 'SQL_SCHEMA_INVALID' });
      }
    });
  });
}
