import { RunbookServiceService } from '#gen/belay/v1/runbook_service.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import type { Sql } from '#lib/sql/open-sql.ts';
import type { OutboxSweeper } from '#lib/sql/outbox-sweeper.ts';
import { checkRetention } from '../adapters/check-retention.ts';
import type { DecisionTables } from '../adapters/decision-tables.ts';
import { loadStartRunbooks } from '../adapters/load-start-runbooks.ts';
import { sqlRegistry } from '../adapters/sql-registry.ts';
import {
  runbookAccess,
  runbookSchemas,
  runbookService,
  type RunbookServiceOptions,
} from '../handlers/registry/runbook-service.ts';
import { versionReader } from '../handlers/registry/version-reader.ts';
import type { EvidenceBook } from '../ports.ts';
import type { ActiveRunbooks } from '../workers/active-runbooks.ts';
import { startRegistry } from '../workers/start-registry.ts';
import { type Around, NAME } from './around.ts';

/** What runs are decided with. */
export type Runs = ReturnType<RunbookServiceOptions['runs']>;

export interface OpenRegistry {
  readonly active: ActiveRunbooks;
  /** Whatever became of it. */
  readonly isRegistered: (name: string) => Promise<boolean>;
}

/** The files registered, the active ones followed, and the commands about them served. */
export async function openRegistry(
  { db }: Sql<DecisionTables>,
  outbox: OutboxSweeper<DecisionTables>,
  evidence: EvidenceBook,
  { config, platform, logger, publish }: Around,
  runs: () => Runs,
): Promise<OpenRegistry> {
  const { bus, clock, grpc } = platform;
  const registry = sqlRegistry({ db, source: `belay/${NAME}`, onEvents: () => outbox.poke() });
  const common = {
    registry,
    read: versionReader(),
    checkRetention: (runbooks: readonly Runbook[]) => checkRetention(bus, runbooks),
    clock,
  };
  const loaded = await loadStartRunbooks(config.runbooks, { logger, clock });
  const { onStart } = config.registry;
  const active = await startRegistry({ ...common, loaded, onStart, logger });
  const handlers = runbookService({
    ...common,
    ...{ evidence, active: active.current, criteria: config.policy.proposals },
    publish,
    refresh: () => active.refresh(),
    runs,
  });
  grpc.addService(RunbookServiceService, handlers, runbookAccess, runbookSchemas);
  const isRegistered = async (name: string) => (await registry.versions(name)).length > 0;
  return { active, isRegistered };
}
