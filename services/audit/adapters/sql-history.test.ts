import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import type { DataOf, EventType } from '#lib/events/event-types.ts';
import { sampleEvents } from '../../../test/support/sample-events.ts';
import { deliver } from '../fixtures/deliver.ts';
import { getIncident } from '../handlers/get-incident.ts';
import { type AuditStore, type AuditStores, openAuditStores } from './fixtures/open-audit-store.ts';

let stores: AuditStores;
beforeAll(async () => {
  stores = await openAuditStores();
});
afterAll(() => stores?.close());

function sample<T extends EventType>(type: T, changes: Partial<DataOf<T>> = {}): OutgoingEvent {
  const found = sampleEvents.find((event) => event.type === type);
  return outgoing(type, { ...found?.data, ...changes } as DataOf<T>);
}

const FIX: readonly EventType[] = [
  'IncidentReported',
  'DecisionMade',
  'OrderIssued',
  'ActionStarted',
  'StepFinished',
  'ActionFinished',
  'StateSampled',
  'CheckSampled',
  'ActionVerified',
  'ActionSettled',
  'DecisionClosed',
  'NotificationSent',
  'IncidentResolved',
];
const fix = FIX.map((type) => sample(type));
const everything = sampleEvents.filter(({ type }) => type !== 'Order');

async function storeWith(events: readonly OutgoingEvent[]): Promise<AuditStore> {
  const store = await stores.open();
  await deliver(store.log, events);
  return store;
}

const at = (second: number) => new Date(Date.UTC(2026, 2, 3, 3, 12, second));

describe('the timeline of an incident', () => {
  it('tells the story of a fix', async () => {
    const { history } = await storeWith(fix);
    const { incident, timeline } = await getIncident(history, { id: 'INC001' });
    expect(incident).toEqual({
      incidentId: 'inc-017',
      externalId: 'INC001',
      service: 'api-server',
      symptom: 'CrashLoopBackOff',
      probableCause: 'pod_crash_loop',
      outcome: 'fixed',
      startedAt: at(0),
      closedAt: at(50),
    });
    expect(timeline.map(({ text }) => text)).toEqual([
      'CrashLoopBackOff on pod production/api-server-abc123 (cause pod_crash_loop, confidence 0.95), reported by maria through cli',
      'decided auto_execute: restart-pod@3, low risk, 1 of 1 checks passed',
      'ordered restart-pod@3 on prod-eu, pod production/api-server-abc123, to begin before 03:12:55Z',
      'begins on pod production/api-server-abc123, before: readyReplicas 2, replicas 3',
      'deleted pod production/api-server-abc123',
      'steps done, not verified yet',
      'sampled: readyReplicas 3, replacementReady true',
      'replacement pod ready within timeout: replacement Ready (verified)',
      'verified: ready peers 2',
      'Fixed: verified',
      'closed as settled: verified',
      'told slack (receipt 1772507560.0021)',
      'resolved: its source says so',
    ]);
  });

  it('has the service of the incident and the runbook of the decision on every line', async () => {
    const { history } = await storeWith(fix);
    const { timeline } = await getIncident(history, { id: 'inc-017' });
    expect(new Set(timeline.map(({ service }) => service))).toEqual(new Set(['api-server']));
    const decided = timeline.filter(({ decisionId }) => decisionId !== '');
    expect(new Set(decided.map(({ runbook }) => runbook))).toEqual(new Set(['restart-pod@3']));
    expect(decided.length).toBeGreaterThan(9);
  });

  it('is the same in whatever order, and however often, its events came', async () => {
    const { history } = await storeWith(everything);
    const expected = await getIncident(history, { id: 'inc-017' });
    expect(expected.timeline.length).toBeGreaterThan(20);
    const delivery = fc
      .shuffledSubarray([...everything], { minLength: everything.length })
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all)));
    await fc.assert(
      fc.asyncProperty(delivery, async ([all, again]) => {
        const store = await storeWith([...again, ...all, ...again.toReversed()]);
        expect(await getIncident(store.history, { id: 'inc-017' })).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });

  it('holds of a long verification what is newest, and all the rest', async () => {
    const samples = Array.from({ length: 230 }, (_, sequence) =>
      sample('StateSampled', { sequence, sampledAt: new Date(at(8).getTime() + sequence * 100) }),
    );
    const { history } = await storeWith([...fix, ...samples]);
    const { incident, timeline } = await getIncident(history, { id: 'inc-017' });
    expect(timeline.filter(({ type }) => type.endsWith('Sampled'))).toHaveLength(200);
    expect(timeline.filter(({ type }) => !type.endsWith('Sampled'))).toHaveLength(FIX.length - 2);
    expect(incident?.outcome).toBe('fixed');
  });

  it('begins where the reporter says, or else whoever knows', async () => {
    const unreported = await storeWith(fix.filter(({ type }) => type !== 'IncidentReported'));
    expect((await getIncident(unreported.history, { id: 'INC001' })).incident).toMatchObject({
      service: 'api-server',
      symptom: '',
      startedAt: at(0),
    });
    const settled = await storeWith([sample('ActionSettled')]);
    expect((await getIncident(settled.history, { id: 'inc-017' })).incident).toMatchObject({
      service: '',
      startedAt: at(40),
    });
  });

  it('fits into an answer when its events do not, the longest without their data', async () => {
    const long = Array.from({ length: 30 }, (_, index) =>
      sample('StepFinished', { stepId: `long-${index}`, output: `${index} ${'x'.repeat(60_000)}` }),
    );
    const long2 = long.map((event) => ({ ...event, data: { ...event.data, error: 'y'.repeat(60_000) } }));
    const { history } = await storeWith([...fix, ...(long2 as OutgoingEvent[])]);
    const { timeline } = await getIncident(history, { id: 'inc-017' });
    const bytes = timeline.reduce((sum, entry) => sum + entry.dataJson.length, 0);
    expect(timeline).toHaveLength(FIX.length + 30);
    expect(bytes).toBeGreaterThan(1_500_000);
    expect(bytes).toBeLessThan(2_100_000);
    expect(timeline.filter(({ type, dataJson }) => type !== 'StepFinished' && dataJson === '')).toEqual([]);
  });
});
