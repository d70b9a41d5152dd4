import { ApprovalServiceService } from '#gen/belay/v1/approval_service.ts';
import { DecisionServiceService } from '#gen/belay/v1/decision_service.ts';
import { prepareTopics, topicSpecs } from '#lib/bus/topics.ts';
import type { Handlers } from '#lib/bus/pipeline.ts';
import { type ControlState, noControls } from '#lib/control/control-state.ts';
import { followControls } from '#lib/control/follow-controls.ts';
import { BelayError } from '#lib/errors.ts';
import { orderTopic } from '#lib/events/order-events.ts';
import type { HealthCheck, Service } from '#lib/lifecycle/component.ts';
import { consume } from '#lib/platform/consume.ts';
import type { Logger } from '#lib/logger.ts';
import type { Platform } from '#lib/platform/platform.ts';
import { sqlCheck } from '#lib/platform/sql-check.ts';
import { startOutbox } from '#lib/platform/start-outbox.ts';
import { type Publish, publisher } from '#lib/platform/publisher.ts';
import { openSigning } from '#lib/platform/signing.ts';
import type { DecisionTables } from './adapters/decision-tables.ts';
import { migrations } from './adapters/migrations.ts';
import { openGuardrails } from './adapters/open-guardrails.ts';
import { sqlEvidence } from './adapters/sql-evidence.ts';
import { sqlRunRequests } from './adapters/sql-run-requests.ts';
import type { DecisionConfig } from './config.ts';
import { actionResolvedHandler, actionSettledHandler } from './handlers/action-settled.ts';
import { approvalAccess, approvalSchemas, approvalService } from './handlers/approval-service.ts';
import { countEvents, countedHandlers, countedPublish } from './handlers/count-events.ts';
import { decisionAccess, decisionSchemas, decisionService } from './handlers/decision-service.ts';
import type { DecideOptions } from './handlers/decide-incident.ts';
import { escalatedHandler } from './handlers/escalated.ts';
import { incidentReportedHandler } from './handlers/incident-reported.ts';
import { incidentResolvedHandler } from './handlers/incident-resolved.ts';
import { notificationSentHandler } from './handlers/notification-sent.ts';
import { actionPlannedHandler, planDeclinedHandler } from './handlers/plan-answered.ts';
import { rollbackRequestedHandler } from './handlers/rollback-requested.ts';
import { settlesRuns } from './handlers/schedules/settles-runs.ts';
import { decisionMetrics } from './metrics.ts';
import type { Cases, EvidenceBook, Guardrails, Schedules } from './ports.ts';
import type { ActiveRunbooks } from './workers/active-runbooks.ts';
import { startHeartbeat } from './workers/heartbeat.ts';
import { followHistories } from './workers/run-histories.ts';
import { watchState } from './workers/watch-state.ts';
import { startTellingBreakers } from './workers/tell-breakers.ts';
import { type Around, type Keep, NAME, type Stop } from './start/around.ts';
import { followEvidence } from './start/follow-evidence.ts';
import { keepGuardrails } from './start/keep-guardrails.ts';
import { type OpenRegistry, openRegistry, type Runs } from './start/open-registry.ts';
import { startCases } from './start/start-cases.ts';
import { startSchedules } from './start/start-schedules.ts';

const SERVED = ['belay.v1.DecisionService', 'belay.v1.ApprovalService', 'belay.v1.RunbookService'];
const TOPICS = ['incident', 'action', 'verification', 'audit'];

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

/** What commands are about. */
interface Running extends OpenRegistry {
  readonly cases: Cases;
  readonly controls: () => ControlState;
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
    cases: () => running()?.cases ?? notStarted(),
    publishSealed: (events) => (running() ?? notStarted()).sealed(events),
    active: () => running()?.active.current() ?? [],
    isRegistered: (runbook) => (running() ?? notStarted()).isRegistered(runbook),
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
  const registry = await openRegistry(sql, outbox, evidence, around, () => late.runs ?? notStarted());
  const { active } = registry;
  keep(() => active.stop());
  const followed = await followState(active, evidence, around, keep);
  const heartbeat = startHeartbeat(publish, clock, logger);
  keep(() => heartbeat.stop());
  const opened = await openGuardrails(config.guardrails, clock);
  keep(() => opened.close());
  const { guardrails } = opened;
  const deciding = { guardrails, ...followed, targets: config.targets, policy: config.policy };
  const metrics = decisionMetrics(platform.meter);
  const count = countEvents(metrics);
  const sealed = countedPublish(publisher(bus, NAME, signing.seal), count);
  const cases = startCases(sql, outbox, { ...around, deciding, sealed, count, keep });
  const unwatch = watchState({ guardrails, ...followed, metrics, cases, clock });
  keep(async () => unwatch());
  late.runs = { ...deciding, cases, requests: sqlRunRequests(sql.db), publish: sealed };
  const schedules = startSchedules(sql, outbox, {
    ...around,
    deciding: { ...deciding, cases },
    sealed,
    keep,
  });
  keepGuardrails(guardrails, cases, around, keep);
  const telling = startTellingBreakers({ guardrails, ...followed, publish, clock, logger });
  keep(() => telling.stop());
  const handlers = countedHandlers(handlersOf({ ...deciding, cases, schedules, logger }), count);
  const publishes = ['decision', 'control', ...orders];
  const consuming = consume(platform, { service: NAME, topics: TOPICS, publishes, handlers, ...signing });
  const [consumer, noting] = await joinBoth([consuming, followEvidence(platform, evidence, signing)], keep);
  const checks = [
    consumer.check,
    guardrailCheck(guardrails),
    sqlCheck('cases', sql),
    active.check,
    { ...noting.check, name: 'evidence' },
  ];
  return { ...registry, cases, controls: followed.controls, guardrails, sealed, checks };
}

/** A group takes seconds to be joined: both at once. One that could not be is nothing to stop. */
async function joinBoth<T extends readonly [Promise<Joined>, Promise<Joined>]>(joining: T, keep: Keep) {
  for (const one of joining)
    keep(() =>
      one.then(
        (joined) => joined.stop(),
        () => {},
      ),
    );
  return Promise.all(joining);
}

type Joined = Awaited<ReturnType<typeof consume>>;

/** What every decision is made with, as it is at that moment. */
async function followState(
  active: ActiveRunbooks,
  evidence: EvidenceBook,
  { platform, logger }: Around,
  keep: Keep,
) {
  const { bus, clock } = platform;
  const histories = await followHistories({ evidence, clock, logger });
  keep(() => histories.stop());
  const controls = await followControls({
    bus,
    logger,
    onCrash: (error) => platform.fail(error),
    onControl: ({ setting }) => setting?.$case === 'runbookActive' && active.poke(),
  });
  keep(() => controls.stop());
  return { runbooks: active.current, controls: controls.current, history: histories.current };
}

interface Handling extends DecideOptions {
  readonly cases: Cases;
  readonly schedules: Schedules;
  readonly logger: Logger;
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
    RollbackRequested: rollbackRequestedHandler(deciding),
    Escalated: escalatedHandler(controls),
    ActionSettled: settlesRuns(actionSettledHandler({ guardrails, cases, controls }), schedules),
    ActionResolved: actionResolvedHandler({ guardrails, cases, controls }),
    NotificationSent: notificationSentHandler(cases),
  };
}

async function prepareLog({ bus, topics }: Platform, orders: readonly string[]): Promise<void> {
  await prepareTopics(bus, topicSpecs([...TOPICS, 'decision', 'control', ...orders], topics));
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
