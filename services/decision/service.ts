import { DecisionServiceService } from '#gen/belay/v1/decision_service.ts';
import { RunbookServiceService } from '#gen/belay/v1/runbook_service.ts';
import type { Handlers } from '#lib/bus/pipeline.ts';
import { prepareTopics, topicSpecs } from '#lib/bus/topics.ts';
import { type ControlState, noControls } from '#lib/control/control-state.ts';
import { followControls } from '#lib/control/follow-controls.ts';
import { orderTopic } from '#lib/events/order-events.ts';
import type { HealthCheck, Service } from '#lib/lifecycle/component.ts';
import type { Logger } from '#lib/logger.ts';
import { consume } from '#lib/platform/consume.ts';
import type { Platform } from '#lib/platform/platform.ts';
import { publisher } from '#lib/platform/publisher.ts';
import { openSigning } from '#lib/platform/signing.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import type { Sql } from '#lib/sql/open-sql.ts';
import { OutboxSweeper } from '#lib/sql/outbox-sweeper.ts';
import { checkRetention } from './adapters/check-retention.ts';
import type { DecisionTables } from './adapters/decision-tables.ts';
import { loadStartRunbooks } from './adapters/load-start-runbooks.ts';
import { migrations } from './adapters/migrations.ts';
import { openGuardrails } from './adapters/open-guardrails.ts';
import { sqlRegistry } from './adapters/sql-registry.ts';
import type { DecisionConfig } from './config.ts';
import { actionResolvedHandler, actionSettledHandler } from './handlers/action-settled.ts';
import { decisionAccess, decisionSchemas, decisionService } from './handlers/decision-service.ts';
import { incidentReportedHandler } from './handlers/incident-reported.ts';
import { runbookAccess, runbookSchemas, runbookService } from './handlers/registry/runbook-service.ts';
import { versionReader } from './handlers/registry/version-reader.ts';
import type { Guardrails } from './ports.ts';
import type { ActiveRunbooks } from './workers/active-runbooks.ts';
import { startHeartbeat } from './workers/heartbeat.ts';
import { startRebuilder } from './workers/rebuild.ts';
import { startRegistry } from './workers/start-registry.ts';

const NAME = 'decision';
const GRPC_SERVICES = ['belay.v1.DecisionService', 'belay.v1.RunbookService'];
const TOPICS = ['incident', 'verification'];

export function createDecision(config: DecisionConfig, platform: Platform): Service {
  const { bus, clock } = platform;
  const logger = platform.loggerFor(NAME);
  const stops: (() => Promise<void>)[] = [];
  let checks: readonly HealthCheck[] = [];
  let currentControls = () => noControls;
  const publish = publisher(bus, NAME);
  const { targets } = config;
  const handlers = decisionService({ publish, clock, targets, controls: () => currentControls() });
  platform.grpc.addService(DecisionServiceService, handlers, decisionAccess, decisionSchemas);

  const start = async () => {
    const signing = openSigning(config.signing);
    const orders = targets.map(orderTopic);
    await prepareLog(platform, orders);
    const sql = await platform.openSql<DecisionTables>(NAME, migrations);
    stops.push(() => sql.close());
    const outbox = outboxOf(sql, platform, logger);
    outbox.start();
    stops.push(() => outbox.stop());
    const runbooks = await openRegistry(sql, outbox, { config, platform, logger });
    stops.push(() => runbooks.stop());
    const controls = await followControls({
      bus,
      logger,
      onCrash: (error) => platform.fail(error),
      onControl: ({ setting }) => setting?.$case === 'runbookActive' && runbooks.poke(),
    });
    stops.push(() => controls.stop());
    currentControls = () => controls.current();
    const heartbeat = startHeartbeat(publish, clock, logger);
    stops.push(() => heartbeat.stop());
    const opened = await openGuardrails(config.guardrails, clock);
    stops.push(() => opened.close());
    const { guardrails } = opened;
    const rebuilder = startRebuilder({ guardrails, bus, clock, logger });
    stops.push(() => rebuilder.stop());
    const consumer = await consume(platform, {
      service: NAME,
      topics: TOPICS,
      publishes: ['decision', 'control', ...orders],
      handlers: eventHandlers(config, { guardrails, runbooks, controls: currentControls }),
      ...signing,
    });
    stops.push(() => consumer.stop());
    for (const service of GRPC_SERVICES) platform.grpc.setServing(service, true);
    checks = [consumer.check, guardrailCheck(guardrails), runbooks.check];
  };

  const stop = async () => {
    for (const service of GRPC_SERVICES) platform.grpc.setServing(service, false);
    for (const close of stops.splice(0).reverse()) await close();
  };

  return { name: NAME, start: () => start().catch(after(stop)), stop, checks: () => checks };
}

/** A start that fails leaves nothing behind: what works on rows would find its database closed. */
const after = (stop: () => Promise<void>) => async (error: unknown) => {
  await stop();
  throw error;
};

interface Knowledge {
  readonly guardrails: Guardrails;
  readonly runbooks: ActiveRunbooks;
  readonly controls: () => ControlState;
}

function eventHandlers(
  { targets, policy }: DecisionConfig,
  { guardrails, runbooks, controls }: Knowledge,
): Handlers {
  return {
    IncidentReported: incidentReportedHandler({
      guardrails,
      // Read for each incident: which ones are active changes while the service runs.
      get runbooks() {
        return runbooks.current();
      },
      controls,
      targets,
      policy,
    }),
    ActionSettled: actionSettledHandler(guardrails),
    ActionResolved: actionResolvedHandler(guardrails),
  };
}

interface Around {
  readonly config: DecisionConfig;
  readonly platform: Platform;
  readonly logger: Logger;
}

/** The files registered, the active ones followed, and the commands about them served. */
async function openRegistry(
  { db }: Sql<DecisionTables>,
  outbox: OutboxSweeper<DecisionTables>,
  { config, platform, logger }: Around,
): Promise<ActiveRunbooks> {
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
  const publish = publisher(bus, NAME);
  const handlers = runbookService({ ...common, publish, refresh: () => active.refresh() });
  grpc.addService(RunbookServiceService, handlers, runbookAccess, runbookSchemas);
  return active;
}

function outboxOf(
  sql: Sql<DecisionTables>,
  { bus, clock }: Platform,
  logger: Logger,
): OutboxSweeper<DecisionTables> {
  return new OutboxSweeper({
    sql,
    bus,
    clock,
    onError: (error) => logger.warn({ err: error }, 'the outbox waits for the log'),
    onRejected: ({ eventId, topic, error }) =>
      logger.error({ err: error, eventId, topic }, 'an event cannot be published'),
  });
}

async function prepareLog({ bus, topics }: Platform, orders: readonly string[]): Promise<void> {
  await prepareTopics(bus, topicSpecs([...TOPICS, 'decision', 'control', 'audit', ...orders], topics));
}

function guardrailCheck(guardrails: Guardrails): HealthCheck {
  return {
    name: 'guardrails',
    check: async () => {
      const detail = await guardrails.check();
      if (await guardrails.isReady()) return { ok: true, detail };
      return { ok: false, detail, fix: 'wait: they are rebuilt from the log; nothing runs meanwhile' };
    },
  };
}
