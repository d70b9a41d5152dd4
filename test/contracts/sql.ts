import { afterAll, beforeAll, describe } from 'vitest';
import type { Sql } from '#lib/sql/open-sql.ts';
import { claimsContract } from './sql/claims.ts';
import { failuresContract } from './sql/failures.ts';
import { migrationsContract } from './sql/migrations.ts';
import { outboxContract } from './sql/outbox.ts';
import { contractMigrations, type OpenOptions, type SqlServer, type SqlSubject } from './sql/sql-subject.ts';
import { transactionsContract } from './sql/transactions.ts';
import { valuesContract } from './sql/values.ts';

/** What every database keeps, whatever it runs on. */
export function sqlContract(name: string, start: () => Promise<SqlServer>): void {
  describe(`sql contract: ${name}`, () => {
    let server: SqlServer;
    let schemas = 0;
    const closers: (() => Promise<void>)[] = [];

    beforeAll(async () => {
      server = await start();
    });
    afterAll(async () => {
      await Promise.all(closers.map((close) => close()));
      await server?.stop();
    });

    const newSchema = () => {
      schemas += 1;
      return `contract_${schemas}`;
    };
    const subject: SqlSubject = {
      newSchema,
      async open<T>(options: Partial<OpenOptions> = {}): Promise<Sql<T>> {
        const sql = await server.open<T>({
          schema: newSchema(),
          migrations: contractMigrations,
          ...options,
        });
        closers.push(() => sql.close());
        return sql;
      },
    };

    valuesContract(subject);
    migrationsContract(subject);
    transactionsContract(subject);
    claimsContract(subject);
    outboxContract(subject);
    failuresContract(subject);
  });
}
