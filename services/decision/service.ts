import { DecisionServiceService } from '#gen/belay/v1/decision_service.ts';
import { prepareTopics, topicSpecs } from '#lib/bus/topics.ts';
import { noControls } from '#lib/control/control-state.ts';
import { followControls } from '#lib/control/follow-controls.ts';
import { orderTopic } from '#lib/events/order-events.ts';
import type { HealthCheck, Service } from '#lib/lifecycle/component.ts';
import { consume } from '#lib/platform/consume.ts';
import type { Platform } from '#lib/platform/platform.ts';
import { publisher } from '#lib/platform/publisher.ts';
import { openSigning } from '#lib/platform/signing.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { checkRetention } from './adapters/check-retention.ts';
import { loadActiveRunbooks } from './adapters/load-active-runbooks.ts';
import { openGuardrails } from './adapters/open-guardrails.ts';
import type { DecisionConfig } from './config.ts';
import { actionResolvedHandler, actionSettledHandler } from './handlers/action-settled.ts';
import { decisionAccess, decisionSchemas, decisionService } from './handlers/decision-service.ts';
import { escalatedHandler } from './handlers/escalated.ts';
import { incidentReportedHandler } from './handlers/incident-reported.ts';
import type { Guardrails } from './ports.ts';
import { startHeartbeat } from './workers/heartbeat.ts';
import { startRebuilder } from './workers/rebuild.ts';

const NAME = 'decision';
const TOPICS = ['incident', 'verification'];

export function createDecision(config: DecisionConfig, platform: Platform): Service {
  const { bus, clock } = platform;
  const logger = platform.loggerFor(NAME);
  const stops: (() => Promise<void>)[] = [];
  let checks: readonly HealthCheck[] = [];
  let currentControls = () => noControls;
  const publish = publisher(bus, NAME);
  const { targets } = config;
  let runbookNames: readonly string[] = [];
  const known = { targets, controls: () => currentControls(), runbooks: () => runbookNames };
  const handlers = decisionService({ publish, clock, ...known });
  platform.grpc.addService(DecisionServiceService, handlers, decisionAccess, decisionSchemas);

  const start = async () => {
    const signing = openSigning(config.signing);
    const runbooks = await loadActiveRunbooks(config.runbooks, { logger, clock });
    runbookNames = runbooks.map(({ name }) => name);
    const orders = targets.map(orderTopic);
    await prepareLog(platform, orders, runbooks);
    const controls = await followControls({ bus, logger, onCrash: (error) => platform.fail(error) });
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
      handlers: {
        IncidentReported: incidentReportedHandler({
          guardrails,
          runbooks,
          controls: currentControls,
          targets,
          policy: config.policy,
        }),
        Escalated: escalatedHandler(currentControls),
        ActionSettled: actionSettledHandler(guardrails),
        ActionResolved: actionResolvedHandler(guardrails),
      },
      ...signing,
    });
    stops.push(() => consumer.stop());
    platform.grpc.setServing('belay.v1.DecisionService', true);
    checks = [consumer.check, guardrailCheck(guardrails)];
  };

  return {
    name: NAME,
    start,
    stop: async () => {
      platform.grpc.setServing('belay.v1.DecisionService', false);
      for (const stop of stops.splice(0).reverse()) await stop();
    },
    checks: () => checks,
  };
}

async function prepareLog(
  { bus, topics }: Platform,
  orders: readonly string[],
  runbooks: readonly Runbook[],
): Promise<void> {
  await prepareTopics(bus, topicSpecs([...TOPICS, 'decision', 'control', ...orders], topics));
  await checkRetention(bus, runbooks);
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
