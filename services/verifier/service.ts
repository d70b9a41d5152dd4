import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { HealthCheck, Service } from '#lib/lifecycle/component.ts';
import { consume } from '#lib/platform/consume.ts';
import type { Platform } from '#lib/platform/platform.ts';
import { sqlCheck } from '#lib/platform/sql-check.ts';
import { publisher } from '#lib/platform/publisher.ts';
import { startOutbox } from '#lib/platform/start-outbox.ts';
import { openTrust } from '#lib/platform/signing.ts';
import { RowWorker } from '#lib/sql/row-worker.ts';
import { migrations } from './adapters/migrations.ts';
import { sqlNamedWatches } from './adapters/sql-named-watches.ts';
import { readWatch, sqlWatches, type WatchTables } from './adapters/sql-watches.ts';
import type { VerifierConfig } from './config.ts';
import { factHandlers } from './handlers/facts.ts';
import { serveVerification } from './handlers/serve-verification.ts';
import { lookAtDeadline } from './workers/deadlines.ts';

const NAME = 'verifier';
const GRPC_SERVICE = 'belay.v1.VerificationService';

export function createVerifier(config: VerifierConfig, platform: Platform): Service {
  const { clock } = platform;
  const logger = platform.loggerFor(NAME);
  const stops: (() => Promise<void>)[] = [];
  let checks: readonly HealthCheck[] = [];

  const start = async () => {
    const { trust } = openTrust(config.signing);
    const sql = await platform.openSql<WatchTables>(NAME, migrations);
    stops.push(() => sql.close());
    const outbox = startOutbox(sql, platform, logger);
    stops.push(() => outbox.stop());
    const { watches, worker } = openWatches(sql.db, () => outbox.poke(), platform);
    worker.start();
    stops.push(() => worker.stop());
    const named = { ...watches, ...sqlNamedWatches(sql.db) };
    serveVerification(platform.grpc, { watches: named, publish: publisher(platform.bus, NAME), clock });
    const consumer = await consume(platform, {
      service: NAME,
      topics: ['decision', 'action'],
      publishes: ['verification'],
      handlers: factHandlers(watches),
      trust,
    });
    stops.push(() => consumer.stop());
    platform.grpc.setServing(GRPC_SERVICE, true);
    stops.push(async () => platform.grpc.setServing(GRPC_SERVICE, false));
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

/** The rows, and who looks at them when they are due. */
function openWatches(db: Kysely<WatchTables>, onEvents: () => void, platform: Platform) {
  const { bus, clock } = platform;
  const watches = sqlWatches({ db, source: `belay/${NAME}`, onEvents, onDue: () => worker.poke() });
  const deadline = { bus, group: `belay-${NAME}`, watches, now: () => clock.now() };
  const worker = new RowWorker({
    db,
    table: 'watches',
    clock,
    owner: `${NAME}/${randomUUID().slice(0, 8)}`,
    handle: (row) => lookAtDeadline(readWatch(row.watch), deadline),
    onError: (error, row) =>
      platform
        .loggerFor(NAME)
        .warn({ err: error, action: row?.id }, 'a deadline could not be looked at, and is again'),
  });
  return { watches, worker };
}
