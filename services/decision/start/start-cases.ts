import { randomUUID } from 'node:crypto';
import type { Bus } from '#lib/bus/bus.ts';
import { hasReadToEnd } from '#lib/bus/read-to-end.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import type { Sql } from '#lib/sql/open-sql.ts';
import type { OutboxSweeper } from '#lib/sql/outbox-sweeper.ts';
import { RowWorker } from '#lib/sql/row-worker.ts';
import { readCase } from '../adapters/case-json.ts';
import type { DecisionTables } from '../adapters/decision-tables.ts';
import { sqlCases } from '../adapters/sql-cases.ts';
import { type CountEvents, countedCases } from '../handlers/count-events.ts';
import type { DecideOptions } from '../handlers/decide-incident.ts';
import type { Cases } from '../ports.ts';
import { driveCase } from '../workers/drive-case.ts';
import { type Around, GROUP, type Keep, NAME } from './around.ts';

interface CasesAround extends Around {
  readonly deciding: Omit<DecideOptions, 'cases'>;
  /** Signs orders. */
  readonly sealed: Publish;
  readonly count: CountEvents;
  readonly keep: Keep;
}

/** What waits, and the worker that looks at it when its time has come. */
export function startCases(
  { db }: Sql<DecisionTables>,
  outbox: OutboxSweeper<DecisionTables>,
  { platform, logger, deciding, sealed, count, keep }: CasesAround,
): Cases {
  const { bus, clock } = platform;
  const stored = sqlCases({
    db,
    source: `belay/${NAME}`,
    onEvents: () => outbox.poke(),
    onDue: () => worker.poke(),
  });
  const cases = countedCases(stored, count);
  const driver = { ...deciding, cases, clock, publish: sealed, readToEnd: () => hasReadAll(bus) };
  const worker = new RowWorker({
    db,
    table: 'cases',
    clock,
    owner: `${NAME}/${randomUUID().slice(0, 8)}`,
    handle: (row) => driveCase(readCase(row.data), driver),
    onError: (error, row) =>
      logger.warn({ err: error, decision: row?.id }, 'a case could not be looked at, and is again'),
  });
  worker.start();
  keep(() => worker.stop());
  return cases;
}

/** Everything that could still say that a case is over, or what was planned, is handled. */
async function hasReadAll(bus: Bus): Promise<boolean> {
  const read = await Promise.all(
    ['incident', 'action', 'audit'].map((topic) => hasReadToEnd(bus, GROUP, topic)),
  );
  return read.every(Boolean);
}
