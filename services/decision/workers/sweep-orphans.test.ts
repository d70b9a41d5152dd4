import { defaultPolicy } from '../../../test/support/default-policy.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OrderPhase } from '#gen/belay/v1/decision.ts';
import { IncidentReported } from '#gen/belay/v1/incident.ts';
import type { HandlerContext } from '#lib/bus/pipeline.ts';
import { openSqliteBus, type SqliteBus } from '#lib/bus/sqlite-bus.ts';
import { prepareTopics, topicSpecs } from '#lib/bus/topics.ts';
import { ManualClock, systemClock } from '#lib/clock.ts';
import { noControls } from '#lib/control/control-state.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import { publisher } from '#lib/platform/publisher.ts';
import { loadRunbookFiles } from '#lib/runbook/load-runbook.ts';
import { silentLogger } from '../../../test/support/silent-logger.ts';
import { memoryGuardrails } from '../adapters/memory-guardrails.ts';
import type { Case } from '../domain/cases/case.ts';
import { incidentReportedHandler } from '../handlers/incident-reported.ts';
import type { Guardrails } from '../ports.ts';
import { orphanSweep, type OrphanSweepOptions } from './sweep-orphans.ts';

const start = new Date('2026-03-03T03:12:00Z');
const reported = IncidentReported.fromPartial({
  incidentId: 'inc-1',
  source: 'test',
  fingerprint: 'web-1',
  service: 'web',
  symptom: 'CrashLoopBackOff',
  probableCause: 'pod_crash_loop',
  confidence: 0.95,
  resource: { target: 'prod', kind: 'pod', namespace: 'production', name: 'web-1' },
  startedAt: start,
  reportedAt: start,
});
const { runbooks } = await loadRunbookFiles([
  new URL('../../../runbooks/restart-pod.yaml', import.meta.url).pathname,
]);

let folder: string;
let bus: SqliteBus;
let clock: ManualClock;
let guardrails: Guardrails;
let told: OutgoingEvent[];
let taking: boolean;
let granting: Case['state'] | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'belay-sweep-'));
  bus = await openSqliteBus({ file: join(folder, 'bus.db'), clock: systemClock });
  const topics = { partitions: 2, replicationFactor: 1, retentionMs: 7 * 86_400_000 };
  await prepareTopics(bus, topicSpecs(['incident', 'decision', 'order.prod'], topics));
  clock = new ManualClock(start);
  guardrails = memoryGuardrails();
  await guardrails.rebuild(async () => {});
  [told, taking, granting] = [[], false, undefined];
});
afterEach(async () => {
  await bus.close();
  rmSync(folder, { recursive: true, force: true });
});

const sweeper = (change: Partial<OrphanSweepOptions> = {}) =>
  orphanSweep({
    guardrails,
    cases: {
      isTaking: async () => taking,
      get: async () => (granting ? ({ state: granting } as Case) : undefined),
    },
    bus,
    group: 'belay-decision',
    publish: async (events) => void told.push(...events),
    clock,
    logger: silentLogger,
    actWithinMs: 300_000,
    ...change,
  });

/** An instance gets its slot, and ends before it says anything, unless what it says is published. */
async function decides(): Promise<readonly OutgoingEvent[]> {
  const handler = incidentReportedHandler({
    guardrails,
    cases: { open: async () => {}, reopened: async () => {} },
    runbooks: () => runbooks,
    controls: () => noControls,
    targets: ['prod'],
    policy: defaultPolicy,
  });
  return handler({ id: 'evt-1', data: reported } as never, { now: clock.now() } as HandlerContext);
}

const waits = (seconds: number) => void clock.advance(seconds * 1_000);
const held = async () => (await guardrails.openSlots()).length;
const typesOf = (events: readonly OutgoingEvent[]) => events.map(({ type }) => type);
const report = async () => publisher(bus, 'detector-adapter')([outgoing('IncidentReported', reported)]);

describe('a slot that was taken and not ordered', () => {
  it('is given back after a minute, and people are told', async () => {
    await decides();
    const sweep = sweeper();
    waits(59);
    await sweep();
    expect(await held()).toBe(1);
    waits(1);
    await sweep();
    expect(await held()).toBe(0);
    expect(typesOf(told)).toEqual(['DecisionMade', 'DecisionClosed']);
    expect(told[1]?.data).toMatchObject({ escalate: 'page_service_owner' });
  });

  it('is not ordered by an incident that comes after all, and says the same as was told', async () => {
    await decides();
    waits(61);
    await sweeper()();
    expect(await decides()).toEqual(told);
  });

  it('stays where its order is in the log', async () => {
    await publisher(bus, 'decision')(await decides());
    waits(400);
    const sweep = sweeper();
    await sweep();
    await sweep();
    expect([await held(), told]).toEqual([1, []]);
  });

  it('is not held by the order for a plan, to cancel or to undo', async () => {
    const [, issued] = await decides();
    if (issued?.type !== 'OrderIssued') throw new Error('nothing was ordered');
    const other = [OrderPhase.PLAN, OrderPhase.CANCEL, OrderPhase.ROLLBACK].map((phase) =>
      outgoing('OrderIssued', { ...issued.data, phase, actionId: `act-${phase}` }),
    );
    await publisher(bus, 'decision')(other);
    waits(61);
    await sweeper()();
    expect(await held()).toBe(0);
  });

  it('stays while whoever decides asks again, and may order a moment later', async () => {
    await decides();
    waits(59);
    await decides();
    waits(59);
    await sweeper()();
    expect(await held()).toBe(1);
  });

  it('stays where it is asked about between the look and the end of it', async () => {
    await decides();
    waits(61);
    const openSlots = async () => {
      const slots = await guardrails.openSlots();
      await decides();
      return slots;
    };
    await sweeper({ guardrails: { ...guardrails, openSlots } })();
    expect([await held(), told]).toEqual([1, []]);
  });

  it('waits for an incident that was not handled yet, as long as its order could begin', async () => {
    await report();
    await decides();
    const sweep = sweeper();
    waits(61);
    await sweep();
    expect(await held()).toBe(1);
    // However much has come since.
    const ends = await bus.offsets('incident');
    await bus.seek('belay-decision', 'incident', { offsets: ends.map(({ next }) => next) });
    await report();
    await sweep();
    expect(await held()).toBe(0);
  });

  it('waits for nobody once its order could not begin any more', async () => {
    await report();
    taking = true;
    await decides();
    waits(301);
    await sweeper()();
    expect(await held()).toBe(0);
  });

  it('is left to the case that takes it', async () => {
    taking = true;
    await decides();
    waits(61);
    await sweeper()();
    expect(await held()).toBe(1);
  });

  it('is told of by the next who looks, where whoever gave it back ended before', async () => {
    await decides();
    waits(61);
    const dies = async () => {
      throw new Error('the process ends here');
    };
    await expect(sweeper({ publish: dies })()).rejects.toThrow('ends here');
    expect(await held()).toBe(1);
    await Promise.all([sweeper()(), sweeper()()]);
    expect(await held()).toBe(0);
    expect(typesOf(told).slice(0, 2)).toEqual(['DecisionMade', 'DecisionClosed']);
    expect(told.slice(2)).toEqual(told.slice(0, 2));
  });

  it('is older than the log can tell of, and stays', async () => {
    await decides();
    waits(90_000);
    await sweeper()();
    expect(await held()).toBe(1);
  });
});
