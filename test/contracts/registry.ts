import { afterAll, beforeAll, describe } from 'vitest';
import type { Sql } from '#lib/sql/open-sql.ts';
import type { DecisionTables } from '../../services/decision/adapters/decision-tables.ts';
import { migrations } from '../../services/decision/adapters/migrations.ts';
import { activationCases } from './registry/activation-cases.ts';
import { contentCases } from './registry/content-cases.ts';
import type { RegistryBench } from './registry/workbench.ts';
import type { SqlServer } from './sql/sql-subject.ts';

/** What the registry keeps, on every database. */
export function registryContract(name: string, start: () => Promise<SqlServer>): void {
  describe(`registry contract: ${name}`, () => {
    let server: SqlServer;
    const opened: Sql<DecisionTables>[] = [];
    beforeAll(async () => {
      server = await start();
    });
    afterAll(async () => {
      await Promise.all(opened.map((sql) => sql.close()));
      await server?.stop();
    });

    let schemas = 0;
    const bench: RegistryBench = {
      newSchema: () => {
        schemas += 1;
        return `registry_${schemas}`;
      },
      open: async (schema) => {
        const sql = await server.open<DecisionTables>({ schema, migrations });
        opened.push(sql);
        return sql;
      },
    };
    contentCases(bench);
    activationCases(bench);
  });
}
