import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DecisionMade } from '#gen/belay/v1/decision.ts';
import { ControlSet, KillSwitchState } from '#gen/belay/v1/control.ts';
import type { IncidentReported } from '#gen/belay/v1/incident.ts';
import { ActionSettled, Effect, RollbackRequested, SettledOutcome } from '#gen/belay/v1/verification.ts';
import type { HandlerContext } from '#lib/bus/pipeline.ts';
import { openSqliteBus, type SqliteBus } from '#lib/bus/sqlite-bus.ts';
import { prepareTopics, topicSpecs } from '#lib/bus/topics.ts';
import { systemClock } from '#lib/clock.ts';
import { killSwitchKey } from '#lib/control/control-key.ts';
import { applyControl, type ControlState, noControls } from '#lib/control/control-state.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import { outgoing } from '#lib/events/event.ts';
import { publisher } from '#lib/platform/publisher.ts';
import { loadRunbookFiles } from '#lib/runbook/load-runbook.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { sampleEvents } from '../../../test/support/sample-events.ts';
import { silentLogger } from '../../../test/support/silent-logger.ts';
import { memoryGuardrails } from '../adapters/memory-guardrails.ts';
import { type IncidentReportedOptions, incidentReportedHandler } from '../handlers/incident-reported.ts';
import { actionIdOf } from '../handlers/order-of.ts';
import { rollbackRequestedHandler } from '../handlers/rollback-requested.ts';
import { settlementOf } from '../handlers/settlement-of.ts';
import type { Guardrails } from '../ports.ts';
import { startRebuilder } from './rebuild.ts';

const START_MS = Date.UTC(2026, 2, 3, 3, 0, 0);
const minute = (n: number) => new Date(START_MS + n * 60_000);
const RUNBOOK = new URL('../../../runbooks/restart-pod.yaml', import.meta.url).pathname;
const reported = sampleEvents.find(({ type }) => type === 'IncidentReported')?.data as IncidentReported;

let folder: string;
let bus: SqliteBus;
let options: Omit<IncidentReportedOptions, 'guardrails'>;
let controls: ControlState = noControls;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'belay-rebuild-'));
  bus = await openSqliteBus({ file: join(folder, 'bus.db'), clock: systemClock });
  await prepareTopics(
    bus,
    topicSpecs(['decision', 'verification', 'control', 'order.prod-eu'], {
      partitions: 3,
      replicationFactor: 1,
      retentionMs: 7 * 86_400_000,
    }),
  );
  const concurrency = { global: 10, perTarget: 5, perNamespace: 3, perService: 1 };
  const storm = { services: 5, percent: 20 };
  const budget = { global: 0, perTarget: 0 };
  const { runbooks } = await loadRunbookFiles([RUNBOOK]);
  options = {
    cases: { open: async () => {}, reopened: async () => {} },
    runbooks: () => runbooks,
    controls: () => controls,
    targets: ['prod-eu'],
    policy: { maxIncidentAgeMs: 600_000, maxAttempts: 5, actWithinMs: 300_000, concurrency, storm, budget },
  };
});
afterEach(async () => {
  controls = noControls;
  await bus.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An engine on one store: what it publishes goes into the log, and is returned. */
function engine(guardrails: Guardrails) {
  const publish = publisher(bus, 'decision');
  const handle = incidentReportedHandler({ ...options, guardrails });
  const asked = new Map<string, () => Promise<readonly OutgoingEvent[]>>();
  const report = async (service: string, at: number) => {
    const incidentId = `inc-${service}-${at}`;
    const data = {
      ...reported,
      incidentId,
      service,
      affectedServices: [service],
      resource: reported.resource && { ...reported.resource, name: `${service}-1` },
      reportedAt: minute(at),
    };
    const event = { type: 'IncidentReported', id: `evt-${incidentId}`, source: 'test', data } as const;
    const deliver = async () => handle(event, { now: minute(at) } as HandlerContext);
    asked.set(incidentId, deliver);
    const events = await deliver();
    await publish(events);
    return madeIn(events);
  };
  const settle = async (
    { decisionId, incidentId }: DecisionMade,
    outcome: SettledOutcome,
    effect: Effect,
    at: number,
  ) => {
    const actionId = `act-${decisionId}`;
    const ids = { actionId, decisionId, incidentId, target: 'prod-eu' };
    const data = ActionSettled.fromPartial({
      ...ids,
      outcome,
      effect,
      reason: 'as told',
      settledAt: minute(at),
    });
    await guardrails.settle(settlementOf(data));
    await publish([outgoing('ActionSettled', data)]);
  };
  return { report, settle, asked };
}

const madeIn = (events: readonly OutgoingEvent[]) => events[0]?.data as DecisionMade;

async function rebuiltFromLog(): Promise<Guardrails> {
  const guardrails = memoryGuardrails();
  const rebuilder = startRebuilder({ guardrails, bus, clock: systemClock, logger: silentLogger });
  await eventually(async () => expect(await guardrails.isReady()).toBe(true));
  await rebuilder.stop();
  return guardrails;
}

it('gives back every answer, and counts on where the lost store had been', async () => {
  const live = memoryGuardrails();
  await live.rebuild(async () => {});
  const { report, settle, asked } = engine(live);

  await settle(await report('a', 0), SettledOutcome.VERIFIED, Effect.DONE, 1);
  expect(await report('a', 2)).toMatchObject({ code: 'cooling_down', retryAt: minute(6) });
  await settle(await report('quiet', 2), SettledOutcome.ABORTED, Effect.NONE, 2.1);
  await settle(await report('lost', 2.2), SettledOutcome.UNKNOWN, Effect.UNKNOWN, 2.5);
  for (const service of ['b', 'c']) {
    await settle(await report(service, 3), SettledOutcome.FAILED, Effect.DONE, 4);
  }
  expect(await report('e', 5)).toMatchObject({ code: 'circuit_open', retryAt: minute(9) });
  const setting = { $case: 'killSwitch', value: { state: KillSwitchState.STOP_NEW } } as const;
  controls = applyControl(
    noControls,
    ControlSet.fromPartial({ key: killSwitchKey(''), setting, reason: 'drill' }),
  );
  expect(await report('stopped', 6)).toMatchObject({ code: 'kill_switch' });
  controls = noControls;
  const trial = await report('f', 10);
  expect(trial.code).toBe('executing');
  expect(await report('g', 11)).toMatchObject({ code: 'circuit_open', retryAt: minute(11.5) });

  const again = engine(await rebuiltFromLog());
  for (const [incident, deliver] of asked) {
    const [, service = '', at = ''] = incident.split('-');
    await again.report(service, Number(at));
    expect(await again.asked.get(incident)?.()).toEqual(await deliver());
  }
  expect(await again.report('h', 12)).toEqual(await report('h', 12));
  for (const each of [settle, again.settle]) await each(trial, SettledOutcome.VERIFIED, Effect.DONE, 12.5);
  for (const service of ['a', 'b', 'f', 'lost', 'quiet']) {
    expect(await again.report(service, 13)).toEqual(await report(service, 13));
  }
});

it('knows a storm in its middle, with everything that it was told by', async () => {
  const live = memoryGuardrails();
  await live.rebuild(async () => {});
  const { report, asked } = engine(live);
  const services = Array.from({ length: 8 }, (_, i) => `s${i}`);
  const codes = [];
  for (const [i, service] of services.entries()) codes.push((await report(service, i / 60)).code);
  expect(codes.slice(5)).toEqual(['storm', 'storm', 'storm']);

  const again = engine(await rebuiltFromLog());
  for (const [i, service] of services.entries()) {
    await again.report(service, i / 60);
    const incident = `inc-${service}-${i / 60}`;
    expect(await again.asked.get(incident)?.()).toEqual(await asked.get(incident)?.());
  }
  const next = await again.report('next', 0.5);
  expect(next).toMatchObject({ code: 'storm', escalate: '' });
  expect(next).toEqual(await report('next', 0.5));
  expect(await again.report('next', 11)).toEqual(await report('next', 11));
});

it('an order to undo is no run of its own, and nothing of the first is lost by it', async () => {
  const live = memoryGuardrails();
  await live.rebuild(async () => {});
  const { report, settle } = engine(live);
  const made = await report('a', 0);
  const { decisionId, incidentId } = made;
  const undo = rollbackRequestedHandler({ guardrails: live, ...options, logger: silentLogger });
  const ids = { actionId: actionIdOf(decisionId, 'execute'), decisionId, incidentId, target: 'prod-eu' };
  const data = RollbackRequested.fromPartial({ ...ids, reason: 'no better', requestedAt: minute(1) });
  const told = await undo({ data } as never, { now: minute(1) } as HandlerContext);
  expect(told).toHaveLength(2);
  await publisher(bus, 'decision')(told);

  const store = await rebuiltFromLog();
  const again = engine(store);
  expect(await undo({ data } as never, { now: minute(2) } as HandlerContext)).toEqual(told);
  const redo = rollbackRequestedHandler({ guardrails: store, ...options, logger: silentLogger });
  expect(await redo({ data } as never, { now: minute(2) } as HandlerContext)).toEqual(told);
  expect(await again.report('b', 2)).toEqual(await report('b', 2));
  for (const each of [settle, again.settle]) await each(made, SettledOutcome.ROLLED_BACK, Effect.DONE, 3);
  expect(await again.report('a', 4)).toEqual(await report('a', 4));
  expect((await store.openSlots()).map((slot) => slot.decisionId)).toEqual(
    (await live.openSlots()).map((slot) => slot.decisionId),
  );
});

it('says in the order that it is the trial', async () => {
  const live = memoryGuardrails();
  await live.rebuild(async () => {});
  const { report, settle, asked } = engine(live);
  for (const service of ['a', 'b', 'c']) {
    await settle(await report(service, 0), SettledOutcome.FAILED, Effect.DONE, 1);
  }
  await report('d', 6);
  const [made, issued] = (await asked.get('inc-d-6')?.()) ?? [];
  expect(made?.data).toMatchObject({ code: 'executing' });
  expect(issued).toMatchObject({
    type: 'OrderIssued',
    data: { trial: true, slotLimits: { maxExecutionsPerHour: 5, cooldownSeconds: 300 } },
  });
});
