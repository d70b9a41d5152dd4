import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DecisionMade } from '#gen/belay/v1/decision.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import type { DataOf, EventType } from '#lib/events/event-types.ts';
import { sampleEvents } from '../../../test/support/sample-events.ts';
import { type AuditStores, openAuditStores } from '../adapters/fixtures/open-audit-store.ts';
import { deliver } from '../fixtures/deliver.ts';
import type { History } from '../ports.ts';
import { explainDecision } from './explain-decision.ts';
import { resolveDecision, resolveIncident } from './resolve-id.ts';

function sample<T extends EventType>(type: T, changes: Partial<DataOf<T>> = {}): OutgoingEvent {
  const found = sampleEvents.find((event) => event.type === type);
  return outgoing(type, { ...found?.data, ...changes } as DataOf<T>);
}

const at = (second: number) => new Date(Date.UTC(2026, 2, 3, 3, 12, second));
const reported = (incidentId: string, externalId: string, second: number) =>
  sample('IncidentReported', { incidentId, externalId, reportedAt: at(second) });
const decided = (decisionId: string, incidentId: string, second: number, attempt = 1) =>
  sample('DecisionMade', { decisionId, incidentId, attempt, decidedAt: at(second), externalId: '' });

const events = [
  reported('inc-a1', 'INC001', 1),
  decided('dec-a1', 'inc-a1', 2),
  decided('dec-a2', 'inc-a1', 20, 2),
  reported('inc-a12', 'INC002', 3),
  reported('inc-b1', 'INC001', 10),
  decided('dec-b1', 'inc-b1', 11),
  reported('inc-c%_', '', 12),
  reported('inc-zz\u{1F600}', '', 13),
  ...[1, 2, 3, 4, 5, 6, 7].map((n) => reported(`inc-many-${n}`, '', 14)),
  sample('StepFinished', { incidentId: 'inc-late', decisionId: 'dec-late' }),
  sample('ControlSet'),
];

let stores: AuditStores;
let history: History;
beforeAll(async () => {
  stores = await openAuditStores();
  const store = await stores.open();
  await deliver(store.log, events);
  history = store.history;
});
afterAll(() => stores?.close());

describe('an incident is found', () => {
  it.each([
    ['by its id', 'inc-b1', 'inc-b1'],
    ['by its id, also when others begin with it', 'inc-a1', 'inc-a1'],
    ['by a beginning that no other has', 'inc-b', 'inc-b1'],
    ['by the number of one incident', 'INC002', 'inc-a12'],
    ['by a number that came again: the newest', 'INC001', 'inc-b1'],
    ['by characters that mean more elsewhere', 'inc-c%', 'inc-c%_'],
    ['by half of it, whatever characters follow', 'inc-zz', 'inc-zz\u{1F600}'],
    ['before its report has arrived', 'inc-la', 'inc-late'],
  ])('%s', async (_how, id, found) => {
    expect(await resolveIncident(history, id)).toBe(found);
  });

  it.each([
    ['inc-a', 'it could be inc-a1, inc-a12'],
    ['inc-many', 'it could be inc-many-1, inc-many-2, inc-many-3, inc-many-4, inc-many-5 and more'],
  ])('not by %s, which several begin with, and they are named', async (id, why) => {
    await expect(resolveIncident(history, id)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'ID_AMBIGUOUS',
      field: 'id',
      why,
    });
  });

  it.each(['inc-x', 'INC', 'inc-a_', 'inc-%', 'INC-A1', "' or true --"])('not by %s', async (id) => {
    await expect(resolveIncident(history, id)).rejects.toMatchObject({
      kind: 'not_found',
      code: 'INCIDENT_NOT_FOUND',
      field: 'id',
    });
  });
});

describe('a decision is found', () => {
  it.each([
    ['by its id', 'dec-a1', 'dec-a1'],
    ['by a beginning', 'dec-b', 'dec-b1'],
    ['by its incident: the newest', 'inc-a1', 'dec-a2'],
    ['by the number of its incident', 'INC001', 'dec-b1'],
  ])('%s', async (_how, id, found) => {
    expect(await resolveDecision(history, id)).toBe(found);
  });

  it('not when several are meant, or none, or when nothing is decided yet', async () => {
    await expect(resolveDecision(history, 'dec-a')).rejects.toMatchObject({
      code: 'ID_AMBIGUOUS',
      why: 'it could be dec-a1, dec-a2',
    });
    await expect(resolveDecision(history, 'dec-x')).rejects.toMatchObject({ kind: 'not_found' });
    await expect(resolveDecision(history, 'INC002')).rejects.toMatchObject({
      kind: 'not_found',
      code: 'NOT_DECIDED',
      message: 'nothing has been decided on inc-a12 yet',
    });
  });
});

describe('what people typed', () => {
  const whole = 'inc-4ddff3f8aa';
  const typed = (subject: string, result: string) =>
    sample('CommandGiven', { subject, result, commandId: `${subject} ${result}`, givenAt: at(30) });
  const refused = (subject: string) => typed(subject, 'NO_SUCH_ACTION');
  const told = [refused('inc-4ddff3f8'), refused('inc-4ddff'), refused('inc-404'), refused(whole)];
  let history: History;
  beforeAll(async () => {
    const store = await stores.open();
    await deliver(store.log, [reported(whole, '', 1), decided('dec-1', whole, 2), ...told]);
    history = store.history;
  });

  it.each([
    ['the very beginning that was typed', 'inc-4ddff3f8'],
    ['a shorter one', 'inc-4d'],
    ['one between two that were typed', 'inc-4ddff3'],
  ])('hides no incident from %s', async (_what, id) => {
    expect(await resolveIncident(history, id)).toBe(whole);
    expect(await resolveDecision(history, id)).toBe('dec-1');
  });

  it('makes up no incident, however it is asked for', async () => {
    for (const id of ['inc-404', 'inc-40'])
      await expect(resolveIncident(history, id)).rejects.toMatchObject({ code: 'INCIDENT_NOT_FOUND' });
  });

  it('is told beside the rest where it named the incident in whole', async () => {
    const timeline = await history.incidentTimeline(whole);
    expect(timeline.map(({ type }) => type)).toEqual(['IncidentReported', 'DecisionMade', 'CommandGiven']);
  });
});

describe('an explanation', () => {
  it('is the decision as it was published, with what came of it', async () => {
    const store = await stores.open();
    const published = sampleEvents.filter(({ type }) => type !== 'Order');
    await deliver(store.log, published);
    const { decision, timeline } = await explainDecision(store.history, { id: 'INC001' });
    expect(decision).toEqual(published.find(({ type }) => type === 'DecisionMade')?.data);
    expect(timeline[0]?.type).toBe('DecisionMade');
    expect(timeline.map(({ type }) => type)).toContain('ActionSettled');
    expect(timeline.map(({ type }) => type)).not.toContain('IncidentReported');
  });

  it('has every check, however many there are', async () => {
    const store = await stores.open();
    const check = {
      name: 'rate',
      result: 2,
      observed: '5',
      limit: '5',
      reason: 'x'.repeat(500),
      code: 'r',
      endsAt: at(59),
    } as const;
    const checks = Array.from({ length: 1_000 }, () => check);
    await deliver(store.log, [sample('DecisionMade', { checks })]);
    const { decision, timeline } = await explainDecision(store.history, { id: 'dec-4c19' });
    expect(decision?.checks).toEqual(checks);
    expect(timeline[0]?.dataJson).toBe('');
    expect(DecisionMade.encode(decision as DecisionMade).finish().length).toBeGreaterThan(500_000);
  });

  it('comes without the decision as long as only its consequences have arrived', async () => {
    const { decision, timeline } = await explainDecision(history, { id: 'dec-late' });
    expect(decision).toBeUndefined();
    expect(timeline.map(({ type }) => type)).toEqual(['StepFinished']);
  });
});
