import { describe, expect, it } from 'vitest';
import type { Json } from '#lib/sql/column-types.ts';
import type { SqlSubject } from './sql-subject.ts';

interface Sample {
  big: number | null;
  big_list: number[] | null;
  small: number | null;
  exact: string | null;
  real: number | null;
  yes: boolean | null;
  words: string[] | null;
  at: Date | null;
  times: Date[] | null;
  doc: Json<unknown>;
  bytes: Buffer | null;
  day: string | null;
}

interface Tables {
  sample: Sample;
}

const migrations = [
  {
    id: '0001_sample',
    sql: `create table sample (
      big bigint, big_list bigint[], small integer, exact numeric, real float8, yes boolean, words text[],
      at timestamptz, times timestamptz[], doc jsonb, bytes bytea, day date
    )`,
  },
];

const document = ['text', 1.5, null, { nested: { list: [] } }];

const sample = {
  big: Number.MAX_SAFE_INTEGER,
  big_list: [-1, Number.MIN_SAFE_INTEGER],
  small: -7,
  exact: '12345678901234567890.123',
  real: 0.1,
  yes: false,
  words: ['', 'null', 'NULL', 'a "quoted", word', '{}', 'ü\\'],
  at: new Date('2026-03-29T01:59:59.123Z'),
  times: [new Date(0), new Date('1969-12-31T23:59:59.999Z')],
  bytes: Buffer.from([0, 255, 92, 120, 10]),
  day: '2024-02-29',
};

const nothing = { ...Object.fromEntries(Object.keys(sample).map((name) => [name, null])), doc: 'null' };

export function valuesContract({ open }: SqlSubject): void {
  describe('values', () => {
    it('come back as they were written', async () => {
      const { db } = await open<Tables>({ migrations });
      await db
        .insertInto('sample')
        .values({ ...sample, doc: JSON.stringify(document) })
        .execute();
      const read = await db.selectFrom('sample').selectAll().executeTakeFirstOrThrow();
      expect(read).toEqual({ ...sample, doc: document });
    });

    it('that are null or empty stay so', async () => {
      const { db } = await open<Tables>({ migrations });
      const empty = { ...nothing, words: [], big_list: [], bytes: Buffer.alloc(0), doc: '""' };
      await db
        .insertInto('sample')
        .values([nothing, empty] as (typeof empty & Omit<typeof sample, keyof typeof empty>)[])
        .execute();
      const read = await db.selectFrom('sample').selectAll().execute();
      expect(read).toEqual([
        { ...nothing, doc: null },
        { ...empty, doc: '' },
      ]);
    });

    it('that a number would round are refused, not rounded', async () => {
      const { db } = await open<{ sample: { big: bigint } }>({ migrations });
      await db
        .insertInto('sample')
        .values({ big: 2n ** 60n })
        .execute();
      const reading = db.selectFrom('sample').select('big').execute();
      await expect(reading).rejects.toMatchObject({ code: 'SQL_INTEGER_TOO_LARGE' });
    });

    it('can be searched by lists and counted as numbers', async () => {
      const { db } = await open<Tables>({ migrations });
      await db
        .insertInto('sample')
        .values([sample, { ...sample, small: 8 }].map((row) => ({ ...row, doc: '{}' })))
        .execute();
      const { count } = await db
        .selectFrom('sample')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where((eb) => eb('small', '=', eb.fn.any(eb.val([8, 9]))))
        .executeTakeFirstOrThrow();
      expect(count).toBe(1);
    });
  });
}
