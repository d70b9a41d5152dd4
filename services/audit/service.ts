import type { HealthCheck, Service } from '#lib/lifecycle/component.ts';
import { consume } from '#lib/platform/consume.ts';
import type { Platform } from '#lib/platform/platform.ts';
import { openTrust } from '#lib/platform/signing.ts';
import type { Sql } from '#lib/sql/open-sql.ts';
import type { AuditTables } from './adapters/audit-tables.ts';
import { migrations } from './adapters/migrations.ts';
import { sqlEventLog } from './adapters/sql-event-log.ts';
import { sqlHistory } from './adapters/sql-history.ts';
import type { AuditConfig } from './config.ts';
import { recordEvents } from './handlers/record-events.ts';
import { serveAudit } from './handlers/serve-audit.ts';

const GRPC_SERVICE = 'belay.v1.AuditService';

export function createAudit(config: AuditConfig, platform: Platform): Service {
  const stops: (() => Promise<void>)[] = [];
  let checks: readonly HealthCheck[] = [];

  const start = async () => {
    const sql = await platform.openSql<AuditTables>('audit', migrations);
    stops.push(() => sql.close());
    serveAudit(platform.grpc, sqlHistory(sql));
    const consumer = await consume(platform, {
      service: 'audit',
      topics: ['incident', 'decision', 'action', 'verification', 'audit', 'control'],
      publishes: [],
      handlers: recordEvents(sqlEventLog(sql.db)),
      ...(config.signing && openTrust(config.signing)),
    });
    stops.push(() => consumer.stop());
    platform.grpc.setServing(GRPC_SERVICE, true);
    stops.push(async () => platform.grpc.setServing(GRPC_SERVICE, false));
    checks = [databaseCheck(sql), consumer.check];
  };

  const stop = async () => {
    for (const close of stops.splice(0).reverse()) await close();
  };

  return { name: 'audit', start: () => start().catch(after(stop)), stop, checks: () => checks };
}

/** A start that fails leaves nothing behind. */
const after = (stop: () => Promise<void>) => async (error: unknown) => {
  await stop();
  throw error;
};

const databaseCheck = (sql: Pick<Sql<AuditTables>, 'check'>): HealthCheck => ({
  name: 'database',
  check: async () => {
    await sql.check();
    return { ok: true, detail: 'answers and takes writes' };
  },
});
