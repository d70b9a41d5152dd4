import { randomUUID } from 'node:crypto';
import { ApprovalServiceService } from '#gen/belay/v1/approval_service.ts';
import { DecisionServiceService } from '#gen/belay/v1/decision_service.ts';
import { RunbookServiceService } from '#gen/belay/v1/runbook_service.ts';
import type { Bus } from '#lib/bus/bus.ts';
import { hasReadToEnd } from '#lib/bus/read-to-end.ts';
import { prepareTopics, topicSpecs } from '#lib/bus/topics.ts';
import type { Handlers } from '#lib/bus/pipeline.ts';
import { type ControlState, noControls } from '#lib/control/control-state.ts';
import { followControls } from '#lib/control/follow-controls.ts';
import { BelayError } from '#lib/errors.ts';
import { orderTopic } from '#lib/events/order-events.ts';
import type { HealthCheck, Service } from '#lib/lifecycle/component.ts';
import type { Logger } from '#lib/logger.ts';
import { consume } from '#lib/platform/consume.ts';
import type { Platform } from '#lib/platform/platform.ts';
import { sqlCheck } from '#lib/platform/sql-check.ts';
import { startOutbox } from '#lib/platform/start-outbox.ts';
import { type Publish, publisher } from '#lib/platform/publisher.ts';
import { openSigning, type Trust } from '#lib/platform/signing.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import type { Sql } from '#lib/sql/open-sql.ts';
import type { OutboxSweeper } from '#lib/sql/outbox-sweeper.ts';
import { RowWorker } from '#lib/sql/row-worker.ts';
import { readCase } from './adapters/case-json.ts';
import { checkRetention } from './adapters/check-retention.ts';
import type { DecisionTables } from './adapters/decision-tables.ts';
import { loadStartRunbooks } from './adapters/load-start-runbooks.ts';
import { migrations } from './adapters/migrations.ts';
import { openGuardrails } from './adapters/open-guardrails.ts';
import { sqlCases } from './adapters/sql-cases.ts';
import { sqlEvidence } from './adapters/sql-evidence.ts';
import { sqlRegistry } from './adapters/sql-registry.ts';
import { sqlSchedules } from './adapters/sql-schedules.ts';
import type { DecisionConfig } from './config.ts';
import { actionResolvedHandler, actionSettledHandler } from './handlers/action-settled.ts';
import { approvalAccess, approvalSchemas, approvalService } from './handlers/approval-service.ts';
import {
  type CountEvents,
  countEvents,
  countedCases,
  countedHandlers,
  countedPublish,
} from './handlers/count-events.ts';
import { decisionAccess, decisionSchemas, decisionService } from './handlers/decision-service.ts';
import type { DecideOptions } from './handlers/decide-incident.ts';
import { escalatedHandler } from './handlers/escalated.ts';
import { noteEvidence } from './handlers/evidence/note-evidence.ts';
import { incidentReportedHandler } from './handlers/incident-reported.ts';
import { incidentResolvedHandler } from './handlers/incident-resolved.ts';
import { notificationSentHandler } from './handlers/notification-sent.ts';
import { actionPlannedHandler, planDeclinedHandler } from './handlers/plan-answered.ts';
import {
  runbookAccess,
  runbookSchemas,
  runbookService,
  type RunbookServiceOptions,
} from './handlers/registry/runbook-service.ts';
import { versionReader } from './handlers/registry/version-reader.ts';
import { settlesRuns } from './handlers/schedules/settles-runs.ts';
import { decisionMetrics } from './metrics.ts';
import type { Cases, EvidenceBook, Guardrails, Schedules } from './ports.ts';
import type { ActiveRunbooks } from './workers/active-runbooks.ts';
import { driveCase } from './workers/drive-case.ts';
import { driveSchedule, type ScheduleDriver } from './workers/drive-schedule.ts';
import { startHeartbeat } from './workers/heartbeat.ts';
import { startPlanning } from './workers/plan-schedules.ts';
import { startRebuilder } from './workers/rebuild.ts';
import { followHistories } from './workers/run-histories.ts';
import { startOrphanSweep } from './workers/start-orphan-sweep.ts';
import { watchState } from './workers/watch-state.ts';
import { startTellingBreakers } from './workers/tell-breakers.ts';
import { startRegistry } from './workers/start-registry.ts';

const NAME = 'decision';
const SERVED = ['belay.v1.DecisionService', 'belay.v1.ApprovalService', 'belay.v1.RunbookService'];
const TOPICS = ['incident', 'action', 'verification', 'audit'];
const GROUP = `belay-${NAME}`;

export function createDecision(config: DecisionConfig, platform: Platform): Service {
  const around: Around = {
    config,
    platform,
    logger: platform.loggerFor(NAME),
    publish: publisher(platform.bus, NAME),
  };
  const stops: Stop[] = [];
  let running: Running | undefined;
  serveCommands(around, () => running);
  return {
    name: NAME,
    start: async () => {
      running = await startDecision(around, (stop) => stops.push(stop));
      for (const service of SERVED) platform.grpc.setServing(service, true);
    },
    stop: async () => {
      for (const service of SERVED) platform.grpc.setServing(service, false);
      for (const stop of stops.splice(0).reverse()) await stop();
    },
    checks: () => running?.checks ?? [],
  };
}

interface Around {
  readonly config: DecisionConfig;
  readonly platform: Platform;
  readonly logger: Logger;
  readonly publish: Publish;
}

type Stop = () => Promise<void>;
/** What was started is stopped in the reverse order. */
type Keep = (stop: Stop) => void;

/** What commands are about. */
interface Running {
  readonly cases: Cases;
  readonly controls: () => ControlState;
  readonly active: ActiveRunbooks;
  readonly guardrails: Guardrails;
  /** Signs orders. */
  readonly sealed: Publish;
  readonly checks: readonly HealthCheck[];
}

/** Registered before the server starts; answered once the service has. */
function serveCommands({ config, platform, publish }: Around, running: () => Running | undefined): void {
  const { clock, grpc } = platform;
  const commands = decisionService({
    publish,
    clock,
    targets: config.targets,
    controls: () => running()?.controls() ?? noControls,
    runbooks: () => (running()?.active.current() ?? []).map(({ name }) => name),
    openSlots: () => (running() ?? notStarted()).guardrails.openSlots(),
    publishSealed: (events) => (running() ?? notStarted()).sealed(events),
    active: () => running()?.active.current() ?? [],
    guardrails: () => running()?.guardrails ?? notStarted(),
    policy: config.policy,
  });
  grpc.addService(DecisionServiceService, commands, decisionAccess, decisionSchemas);
  const approvals = approvalService({ clock, publish, cases: () => running()?.cases ?? notStarted() });
  grpc.addService(ApprovalServiceService, approvals, approvalAccess, approvalSchemas);
}

async function startDecision(around: Around, keep: Keep): Promise<Running> {
  const { config, platform, logger, publish } = around;
  const { bus, clock } = platform;
  const signing = openSigning(config.signing);
  const orders = config.targets.map(orderTopic);
  await prepareLog(platform, orders);
  const sql = await platform.openSql<DecisionTables>(NAME, migrations);
  keep(() => sql.close());
  const outbox = startOutbox(sql, platform, logger);
  keep(() => outbox.stop());
  const evidence = sqlEvidence(sql.db);
  const late: { runs?: Runs } = {};
  const active = await openRegistry(sql, outbox, evidence, around, () => late.runs ?? notStarted());
  keep(() => active.stop());
  const histories = await followHistories({ evidence, clock, logger });
  keep(() => histories.stop());
  const controls = await followControls({
    bus,
    logger,
    onCrash: (error) => platform.fail(error),
    onControl: ({ setting }) => setting?.$case === 'runbookActive' && active.poke(),
  });
  keep(() => controls.stop());
  const heartbeat = startHeartbeat(publish, clock, logger);
  keep(() => heartbeat.stop());
  const opened = await openGuardrails(config.guardrails, clock);
  keep(() => opened.close());
  const { guardrails } = opened;
  const followed = { runbooks: active.current, controls: controls.current, history: histories.current };
  const deciding = { guardrails, ...followed, targets: config.targets, policy: config.policy };
  const metrics = decisionMetrics(platform.meter);
  const count = countEvents(metrics);
  const sealed = countedPublish(publisher(bus, NAME, signing.seal), count);
  const cases = startCases(sql, outbox, { ...around, deciding, sealed, count, keep });
  const unwatch = watchState({ guardrails, ...followed, metrics, cases, clock });
  keep(async () => unwatch());
  late.runs = { ...deciding, cases, publish: sealed };
  const schedules = startSchedules(sql, outbox, {
    ...around,
    deciding: { ...deciding, cases },
    sealed,
    keep,
  });
  keepGuardrails(guardrails, cases, around, keep);
  const telling = startTellingBreakers({ guardrails, ...followed, publish, clock, logger });
  keep(() => telling.stop());
  const consumer = await consume(platform, {
    service: NAME,
    topics: TOPICS,
    publishes: ['decision', 'control', ...orders],
    handlers: countedHandlers(handlersOf({ ...deciding, cases, schedules }), count),
    ...signing,
  });
  keep(() => consumer.stop());
  const noting = await followEvidence(platform, evidence, signing);
  keep(() => noting.stop());
  const checks = [
    consumer.check,
    guardrailCheck(guardrails),
    sqlCheck('cases', sql),
    active.check,
    { ...noting.check, name: 'evidence' },
  ];
  return { cases, controls: controls.current, active, guardrails, sealed, checks };
}

/** Filled from the log where they are not what they were, and rid of what was never ordered. */
function keepGuardrails(
  guardrails: Guardrails,
  cases: Cases,
  { config, platform: { bus, clock }, logger, publish }: Around,
  keep: Keep,
): void {
  const rebuilder = startRebuilder({ guardrails, bus, clock, logger });
  keep(() => rebuilder.stop());
  const { actWithinMs } = config.policy;
  const around = { bus, clock, logger, publish, group: GROUP };
  const sweeper = startOrphanSweep({ guardrails, cases, actWithinMs, ...around });
  keep(() => sweeper.stop());
}

interface Handling extends DecideOptions {
  readonly cases: Cases;
  readonly schedules: Schedules;
}

function handlersOf(deciding: Handling): Handlers {
  const { guardrails, cases, schedules, controls } = deciding;
  const declined = planDeclinedHandler(cases);
  return {
    IncidentReported: incidentReportedHandler(deciding),
    IncidentResolved: incidentResolvedHandler({ ...deciding, ...deciding.policy }),
    ActionPlanned: actionPlannedHandler(cases),
    ActionRefused: declined,
    ActionAborted: declined,
    Escalated: escalatedHandler(controls),
    ActionSettled: settlesRuns(actionSettledHandler({ guardrails, cases, controls }), schedules),
    ActionResolved: actionResolvedHandler({ guardrails, cases, controls }),
    NotificationSent: notificationSentHandler(cases),
  };
}

interface SchedulesAround extends Around {
  readonly deciding: DecideOptions & Pick<ScheduleDriver, 'runbooks'>;
  /** Signs orders. */
  readonly sealed: Publish;
  readonly keep: Keep;
}

/** The planned times of what has a schedule, and the worker that gives each its turn. */
function startSchedules(
  { db }: Sql<DecisionTables>,
  outbox: OutboxSweeper<DecisionTables>,
  { platform, logger, deciding, sealed: publish, keep }: SchedulesAround,
): Schedules {
  const { clock } = platform;
  const schedules = sqlSchedules({
    db,
    source: `belay/${NAME}`,
    onEvents: () => outbox.poke(),
    onDue: () => worker.poke(),
  });
  const driver = { ...deciding, schedules, clock, publish };
  const worker = new RowWorker({
    db,
    table: 'planned_runs',
    clock,
    owner: `${NAME}/${randomUUID().slice(0, 8)}`,
    handle: ({ planned_at: plannedAt, ...row }) => driveSchedule({ ...row, plannedAt }, driver),
    onError: (error, row) =>
      logger.warn(
        { err: error, planned: row?.id },
        'a planned time could not have its turn, and gets it again',
      ),
  });
  worker.start();
  keep(() => worker.stop());
  const onError = (error: unknown) => logger.warn({ err: error }, 'planned times could not be looked at');
  const planning = startPlanning({ schedules, runbooks: deciding.runbooks, clock, onError });
  keep(() => planning.stop());
  return schedules;
}

/** What runs are decided with. */
type Runs = ReturnType<RunbookServiceOptions['runs']>;

interface CasesAround extends Around {
  readonly deciding: Omit<DecideOptions, 'cases'>;
  /** Signs orders. */
  readonly sealed: Publish;
  readonly count: CountEvents;
  readonly keep: Keep;
}

/** What waits, and the worker that looks at it when its time has come. */
function startCases(
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

/** The files registered, the active ones followed, and the commands about them served. */
async function openRegistry(
  { db }: Sql<DecisionTables>,
  outbox: OutboxSweeper<DecisionTables>,
  evidence: EvidenceBook,
  { config, platform, logger, publish }: Around,
  runs: () => Runs,
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
  const handlers = runbookService({
    ...common,
    ...{ evidence, active: active.current, criteria: config.policy.proposals },
    publish,
    refresh: () => active.refresh(),
    runs,
  });
  grpc.addService(RunbookServiceService, handlers, runbookAccess, runbookSchemas);
  return active;
}

/**
 * A group of its own reads what was decided and what came of it: a decision waits for no row, and what is read twice
 * is noted once.
 */
const followEvidence = (platform: Platform, evidence: EvidenceBook, { trust }: Trust) =>
  consume(platform, {
    service: `${NAME}-evidence`,
    topics: ['decision', 'verification'],
    publishes: [],
    handlers: noteEvidence(evidence),
    trust,
  });

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

function notStarted(): never {
  throw new BelayError('unavailable', 'the decision service is starting', { code: 'STARTING' });
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
