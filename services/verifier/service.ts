import { randomUUID } from 'node:crypto';
import type { HealthCheck, Service } from '#lib/lifecycle/component.ts';
import { consume } from '#lib/platform/consume.ts';
import type { Platform } from '#lib/platform/platform.ts';
import { sqlCheck } from '#lib/platform/sql-check.ts';
import { startOutbox } from '#lib/platform/start-outbox.ts';
import { openTrust } from '#lib/platform/signing.ts';
import { RowWorker } from '#lib/sql/row-worker.ts';
import { migrations } from './adapters/migrations.ts';
import { readWatch, sqlWatches, type WatchTables } from './adapters/sql-watches.ts';
import type { VerifierConfig } from './config.ts';
import { factHandlers } from './handlers/facts.ts';
import { lookAtDeadline } from './workers/deadlines.ts';

const NAME = 'verifier';

export function createVerifier(config: VerifierConfig, platform: Platform): Service {
  const { bus, clock } = platform;
  const logger = platform.loggerFor(NAME);
  const stops: (() => Promise<void>)[] = [];
  let checks: readonly HealthCheck[] = [];

  const start = async () => {
    const { trust } = openTrust(config.signing);
    const sql = await platform.openSql<WatchTables>(NAME, migrations);
    stops.push(() => sql.close());
    const outbox = startOutbox(sql, platform, logger);
    stops.push(() => outbox.stop());
    const watches = sqlWatches({
      db: sql.db,
      source: `belay/${NAME}`,
      onEvents: () => outbox.poke(),
      onDue: () => worker.poke(),
    });
    const worker = new RowWorker({
      db: sql.db,
      table: 'watches',
      clock,
      owner: `${NAME}/${randomUUID().slice(0, 8)}`,
      handle: async (row) => {
        await lookAtDeadline(readWatch(row.watch), {
          bus,
          group: `belay-${NAME}`,
          watches,
          now: () => clock.now(),
        });
      },
      onError: (error, row) =>
        logger.warn({ err: error, action: row?.id }, 'a deadline could not be looked at, and is again'),
    });
    worker.start();
    stops.push(() => worker.stop());
    const consumer = await consume(platform, {
      service: NAME,
      topics: ['decision', 'action'],
      publishes: ['verification'],
      handlers: factHandlers(watches),
      trust,
    });
    stops.push(() => consumer.stop());
    checks = [consumer.check, sqlCheck('watches', sql)];
  };

  return {
    name: NAME,
    start,
    stop: async () => {
      for (const stop of stops.splice(0).reverse()) await stop();
    },
    checks: () => checks,
  };
}
