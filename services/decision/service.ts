import { randomUUID } from 'node:crypto';
import { ApprovalServiceService } from '#gen/belay/v1/approval_service.ts';
import { DecisionServiceService } from '#gen/belay/v1/decision_service.ts';
import { RunbookServiceService } from '#gen/belay/v1/runbook_service.ts';
import type { Bus } from '#lib/bus/bus.ts';
import { hasReadToEnd } from '#lib/bus/read-to-end.ts';
import { prepareTopics, topicSpecs } from '#lib/bus/topics.ts';
import { noControls } from '#lib/control/control-state.ts';
import { followControls } from '#lib/control/follow-controls.ts';
import { BelayError } from '#lib/errors.ts';
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
import { RowWorker } from '#lib/sql/row-worker.ts';
import { readCase } from './adapters/case-json.ts';
import { checkRetention } from './adapters/check-retention.ts';
import type { DecisionTables } from './adapters/decision-tables.ts';
import { loadStartRunbooks } from './adapters/load-start-runbooks.ts';
import { migrations } from './adapters/migrations.ts';
import { openGuardrails } from './adapters/open-guardrails.ts';
import { sqlCases } from './adapters/sql-cases.ts';
import { sqlRegistry } from './adapters/sql-registry.ts';
import type { DecisionConfig } from './config.ts';
import { actionResolvedHandler, actionSettledHandler } from './handlers/action-settled.ts';
import { approvalAccess, approvalSchemas, approvalService } from './handlers/approval-service.ts';
import { decisionAccess, decisionSchemas, decisionService } from './handlers/decision-service.ts';
import { escalatedHandler } from './handlers/escalated.ts';
import { incidentReportedHandler } from './handlers/incident-reported.ts';
import { incidentResolvedHandler } from './handlers/incident-resolved.ts';
import { notificationSentHandler } from './handlers/notification-sent.ts';
import { actionPlannedHandler, planDeclinedHandler } from './handlers/plan-answered.ts';
import { runbookAccess, runbookSchemas, runbookService } from './handlers/registry/runbook-service.ts';
import { versionReader } from './handlers/registry/version-reader.ts';
import type { Cases, Guardrails } from './ports.ts';
import type { ActiveRunbooks } from './workers/active-runbooks.ts';
import { driveCase } from './workers/drive-case.ts';
import { startHeartbeat } from './workers/heartbeat.ts';
import { startRebuilder } from './workers/rebuild.ts';
import { startRegistry } from './workers/start-registry.ts';

const NAME = 'decision';
const SERVED = ['belay.v1.DecisionService', 'belay.v1.ApprovalService', 'belay.v1.RunbookService'];
const TOPICS = ['incident', 'action', 'verification', 'audit'];
const GROUP = `belay-${NAME}`;

export function createDecision(config: DecisionConfig, platform: Platform): Service {
  const { bus, clock } = platform;
  const logger = platform.loggerFor(NAME);
  const stops: (() => Promise<void>)[] = [];
  let checks: readonly HealthCheck[] = [];
  let currentControls = () => noControls;
  const publish = publisher(bus, NAME);
  const { targets } = config;
  let activeNames: () => readonly string[] = () => [];
  const known = { targets, controls: () => currentControls(), runbooks: () => activeNames() };
  const handlers = decisionService({ publish, clock, ...known });
  platform.grpc.addService(DecisionServiceService, handlers, decisionAccess, decisionSchemas);
  let openCases: Cases | undefined;
  const approvals = approvalService({ clock, cases: () => openCases ?? notStarted() });
  platform.grpc.addService(ApprovalServiceService, approvals, approvalAccess, approvalSchemas);

  const start = async () => {
    const signing = openSigning(config.signing);
    const orders = targets.map(orderTopic);
    await prepareLog(platform, orders);
    const sql = await platform.openSql<DecisionTables>(NAME, migrations);
    stops.push(() => sql.close());
    const outbox = outboxOf(sql, platform, logger);
    outbox.start();
    stops.push(() => outbox.stop());
    const active = await openRegistry(sql, outbox, { config, platform, logger });
    stops.push(() => active.stop());
    activeNames = () => active.current().map(({ name }) => name);
    const controls = await followControls({
      bus,
      logger,
      onCrash: (error) => platform.fail(error),
      onControl: ({ setting }) => setting?.$case === 'runbookActive' && active.poke(),
    });
    stops.push(() => controls.stop());
    currentControls = () => controls.current();
    const heartbeat = startHeartbeat(publish, clock, logger);
    stops.push(() => heartbeat.stop());
    const opened = await openGuardrails(config.guardrails, clock);
    stops.push(() => opened.close());
    const { guardrails } = opened;
    const cases = sqlCases({
      db: sql.db,
      source: `belay/${NAME}`,
      onEvents: () => outbox.poke(),
      onDue: () => worker.poke(),
    });
    const deciding = {
      guardrails,
      cases,
      // Asked each time: which ones are active changes while the service runs.
      get runbooks() {
        return active.current();
      },
      controls: currentControls,
      targets,
      policy: config.policy,
    };
    const driver = {
      ...deciding,
      // The spread has taken those of now.
      get runbooks() {
        return active.current();
      },
      clock,
      publish: publisher(bus, NAME, signing.seal),
      readToEnd: () => hasReadAll(bus),
    };
    const worker = new RowWorker({
      db: sql.db,
      table: 'cases',
      clock,
      owner: `${NAME}/${randomUUID().slice(0, 8)}`,
      handle: (row) => driveCase(readCase(row.data), driver),
      onError: (error, row) =>
        logger.warn({ err: error, decision: row?.id }, 'a case could not be looked at, and is again'),
    });
    worker.start();
    stops.push(() => worker.stop());
    openCases = cases;
    const rebuilder = startRebuilder({ guardrails, bus, clock, logger });
    stops.push(() => rebuilder.stop());
    const consumer = await consume(platform, {
      service: NAME,
      topics: TOPICS,
      publishes: ['decision', 'control', ...orders],
      handlers: {
        IncidentReported: incidentReportedHandler(deciding),
        IncidentResolved: incidentResolvedHandler(cases),
        ActionPlanned: actionPlannedHandler(cases),
        ActionRefused: planDeclinedHandler(cases),
        ActionAborted: planDeclinedHandler(cases),
        Escalated: escalatedHandler(currentControls),
        ActionSettled: actionSettledHandler({ guardrails, cases }),
        ActionResolved: actionResolvedHandler(guardrails),
        NotificationSent: notificationSentHandler(cases),
      },
      ...signing,
    });
    stops.push(() => consumer.stop());
    for (const service of SERVED) platform.grpc.setServing(service, true);
    checks = [consumer.check, guardrailCheck(guardrails), storeCheck(sql), active.check];
  };

  return {
    name: NAME,
    start,
    stop: async () => {
      for (const service of SERVED) platform.grpc.setServing(service, false);
      for (const stop of stops.splice(0).reverse()) await stop();
    },
    checks: () => checks,
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

async function prepareLog({ bus, topics }: Platform, orders: readonly string[]): Promise<void> {
  await prepareTopics(bus, topicSpecs([...TOPICS, 'decision', 'control', ...orders], topics));
}

/** Everything that could still say that a case is over, or what was planned, is handled. */
async function hasReadAll(bus: Bus): Promise<boolean> {
  const read = await Promise.all(
    ['incident', 'action', 'audit'].map((topic) => hasReadToEnd(bus, GROUP, topic)),
  );
  return read.every(Boolean);
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

function notStarted(): never {
  throw new BelayError('unavailable', 'the decision service is starting', { code: 'STARTING' });
}

const storeCheck = (sql: { check(): Promise<void> }): HealthCheck => ({
  name: 'cases',
  check: async () => {
    await sql.check();
    return { ok: true, detail: 'the store answers and takes writes' };
  },
});

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
