import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QueryEventsRequest } from '#gen/belay/v1/audit_service.ts';
import { Mode } from '#gen/belay/v1/common.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import type { DataOf, EventType } from '#lib/events/event-types.ts';
import { sampleEvents } from '../../../test/support/sample-events.ts';
import { deliver } from '../fixtures/deliver.ts';
import { queryEvents } from '../handlers/query-events.ts';
import type { History } from '../ports.ts';
import { type AuditStores, openAuditStores } from './fixtures/open-audit-store.ts';

let stores: AuditStores;
beforeAll(async () => {
  stores = await openAuditStores();
});
afterAll(() => stores?.close());

function sample<T extends EventType>(type: T, changes: Partial<DataOf<T>> = {}): OutgoingEvent {
  const found = sampleEvents.find((event) => event.type === type);
  return outgoing(type, { ...found?.data, ...changes } as DataOf<T>);
}

const at = (second: number) => new Date(Date.UTC(2026, 2, 3, 3, 12, second));
const request = (changes: Partial<QueryEventsRequest>) => QueryEventsRequest.fromPartial(changes);
const texts = async (history: History, changes: Partial<QueryEventsRequest>) =>
  (await queryEvents(history, request(changes))).entries.map(
    ({ type, incidentId }) => `${type} ${incidentId}`,
  );

/** Two incidents: a fixed one of api-server, and one of worker that a guardrail blocked. */
const worker = { incidentId: 'inc-018', decisionId: 'dec-5d20' };
const story = [
  sample('IncidentReported'),
  sample('DecisionMade'),
  sample('ActionStarted'),
  sample('StepFinished'),
  sample('ActionSettled'),
  sample('IncidentReported', { ...worker, service: 'worker', externalId: 'INC002', reportedAt: at(20) }),
  sample('DecisionMade', {
    ...worker,
    service: 'worker',
    externalId: 'INC002',
    mode: 5,
    code: 'rate_limited',
    runbook: { name: 'scale-up', version: 1, digest: 'd' },
    decidedAt: at(21),
  }),
  sample('DecisionClosed', { ...worker, outcome: 2, reason: 'blocked', closedAt: at(22) }),
  sample('ControlSet'),
];

describe('a query', () => {
  let history: History;
  beforeAll(async () => {
    const store = await stores.open();
    await deliver(store.log, story);
    history = store.history;
  });

  const settled = 'ActionSettled inc-017';

  it('finds decisions by their mode, and nothing else that is in the same thread', async () => {
    expect(await texts(history, { mode: Mode.BLOCKED })).toEqual(['DecisionMade inc-018']);
    expect(await texts(history, { mode: Mode.BLOCKED, service: 'worker', outcome: 'rate_limited' })).toEqual([
      'DecisionMade inc-018',
    ]);
    expect(await texts(history, { mode: Mode.BLOCKED, service: 'api-server' })).toEqual([]);
    expect(await texts(history, { mode: Mode.OBSERVE })).toEqual([]);
  });
  const ofApiServer = [
    settled,
    'StepFinished inc-017',
    'ActionStarted inc-017',
    'DecisionMade inc-017',
    'IncidentReported inc-017',
  ];
  const ofWorker = ['DecisionClosed inc-018', 'DecisionMade inc-018', 'IncidentReported inc-018'];
  const control = 'ControlSet ';

  it.each([
    ['for nothing in particular', {}, [settled, control, ...ofWorker, ...ofApiServer.slice(1)]],
    ['by service, also of what does not name it', { service: 'api-server' }, ofApiServer],
    ['by another service', { service: 'worker' }, ofWorker],
    ['by runbook, with all that its decision led to', { runbook: 'restart-pod' }, ofApiServer.slice(0, 4)],
    ['by runbook and version', { runbook: 'restart-pod@3' }, ofApiServer.slice(0, 4)],
    ['by a version that nothing ran', { runbook: 'restart-pod@4' }, []],
    ['by service and runbook', { service: 'worker', runbook: 'scale-up' }, ofWorker.slice(0, 2)],
    ['by a service and the runbook of another', { service: 'worker', runbook: 'restart-pod' }, []],
    ['by outcome', { outcome: 'success' }, [settled]],
    ['by the code of a refusal', { outcome: 'rate_limited' }, ['DecisionMade inc-018']],
    ['by actor', { actor: 'maria' }, [control, 'IncidentReported inc-018', 'IncidentReported inc-017']],
    [
      'by type',
      { types: ['DecisionMade', 'ControlSet'] },
      [control, 'DecisionMade inc-018', 'DecisionMade inc-017'],
    ],
    ['by incident', { incident: 'inc-018' }, ofWorker],
    ['by the number of an incident', { incident: 'INC002' }, ofWorker],
    ['by the beginning of an incident', { incident: 'inc-018'.slice(0, 7), service: 'worker' }, ofWorker],
    ['by an incident that nobody knows', { incident: 'inc-404' }, []],
    ['by an incident and the service of another', { incident: 'inc-018', service: 'api-server' }, []],
    ['from a moment on', { since: at(30) }, [settled, control]],
    ['before a moment', { until: at(5), service: 'api-server' }, ['IncidentReported inc-017']],
    ['between two moments', { since: at(20), until: at(22) }, ofWorker.slice(1)],
    [
      'by all of it at once',
      {
        service: 'worker',
        runbook: 'scale-up',
        actor: 'decision',
        outcome: 'blocked',
        types: ['DecisionClosed'],
        since: at(22),
        until: at(23),
        incident: 'INC002',
      },
      ['DecisionClosed inc-018'],
    ],
  ] as const)('%s', async (_what, changes, expected) => {
    expect(await texts(history, changes as Partial<QueryEventsRequest>)).toEqual(expected);
  });

  it('answers with the whole event', async () => {
    const { entries } = await queryEvents(history, request({ outcome: 'success' }));
    expect(entries).toEqual([
      {
        eventId: expect.stringMatching(/^evt-/) as string,
        type: 'ActionSettled',
        time: at(40),
        incidentId: 'inc-017',
        decisionId: 'dec-4c19',
        actionId: 'act-77b2',
        service: 'api-server',
        runbook: 'restart-pod@3',
        outcome: 'success',
        actor: 'decision',
        text: 'Fixed: verified',
        dataJson: expect.stringContaining('SETTLED_OUTCOME_VERIFIED') as string,
      },
    ]);
  });

  it('says of each decision how it ended, in one question for all, and of nothing else', async () => {
    let questions = 0;
    const counted: History = {
      ...history,
      endingFacts: (ids) => {
        questions += 1;
        return history.endingFacts(ids);
      },
    };
    const { entries } = await queryEvents(counted, request({}));
    const ended = entries.filter((entry) => entry.ended).map((entry) => [entry.type, entry.ended]);
    const blocked = { outcome: 'blocked', code: '', reason: 'blocked' };
    expect(ended).toEqual([
      ['DecisionMade', blocked],
      ['DecisionMade', { outcome: 'verified', code: '', reason: 'verified' }],
    ]);
    expect(questions).toBe(1);
  });

  it('names an incident by a beginning that several have: which they are', async () => {
    await expect(queryEvents(history, request({ incident: 'inc-01' }))).rejects.toMatchObject({
      kind: 'conflict',
      code: 'ID_AMBIGUOUS',
      why: 'it could be inc-017, inc-018',
    });
  });
});

describe('pages', () => {
  const event = (second: number, name: string) =>
    sample('CommandGiven', { commandId: name, givenAt: at(second), result: name.split('-')[0] ?? '' });

  async function readAll(
    history: History,
    filters: Partial<QueryEventsRequest>,
    between: () => Promise<void>,
  ) {
    const ids: string[] = [];
    let pageToken = '';
    for (let pages = 1; pages <= 100; pages += 1) {
      const page = await queryEvents(history, request({ ...filters, pageToken }));
      ids.push(
        ...page.entries.map(({ dataJson }) => (JSON.parse(dataJson) as { commandId: string }).commandId),
      );
      pageToken = page.nextPageToken;
      if (pageToken === '') return { ids, pages };
      await between();
    }
    throw new Error('the pages do not end');
  }

  it('show each event that was there once, in its order, while others arrive early and late', async () => {
    const seconds = fc.array(fc.nat(3), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(seconds, seconds, fc.integer({ min: 1, max: 5 }), async (first, later, pageSize) => {
        const { log, history } = await stores.open();
        const there = first.map((second, index) => event(second, `there-${index}`));
        await deliver(log, there);
        const expected = (await readAll(history, { pageSize: 500 }, async () => {})).ids;
        const arriving = later.map((second, index) => event(second, `new-${index}`));
        const { ids } = await readAll(history, { pageSize }, () => deliver(log, arriving.splice(0, 2)));
        expect(ids.filter((id) => id.startsWith('there'))).toEqual(expected);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 25 },
    );
  });

  it('are as many as needed, and the last one says that it is the last', async () => {
    const { log, history } = await stores.open();
    await deliver(
      log,
      Array.from({ length: 6 }, (_, index) => event(index, `a-${index}`)),
    );
    const all = (pageSize: number) => readAll(history, { pageSize }, async () => {});
    expect(await all(2)).toMatchObject({ pages: 3 });
    expect(await all(4)).toMatchObject({ pages: 2 });
    expect(await all(6)).toMatchObject({ pages: 1 });
    expect((await all(4)).ids).toEqual(['a-5', 'a-4', 'a-3', 'a-2', 'a-1', 'a-0']);
  });

  it('have 50 entries unless told otherwise, and may change their size on the way', async () => {
    const { log, history } = await stores.open();
    await deliver(
      log,
      Array.from({ length: 60 }, (_, index) => event(index % 50, `a-${index}`)),
    );
    const first = await queryEvents(history, request({}));
    expect(first.entries).toHaveLength(50);
    const rest = await queryEvents(history, request({ pageToken: first.nextPageToken, pageSize: 500 }));
    expect(rest.entries).toHaveLength(10);
    expect(rest.nextPageToken).toBe('');
  });

  it('go on with the incident they began with when its number is given to another', async () => {
    const { log, history } = await stores.open();
    await deliver(log, story);
    const first = await queryEvents(history, request({ incident: 'INC001', pageSize: 2 }));
    await deliver(log, [sample('IncidentReported', { incidentId: 'inc-099', reportedAt: at(55) })]);
    const next = await queryEvents(
      history,
      request({ incident: 'INC001', pageSize: 50, pageToken: first.nextPageToken }),
    );
    expect(new Set(next.entries.map(({ incidentId }) => incidentId))).toEqual(new Set(['inc-017']));
    expect(await texts(history, { incident: 'INC001' })).toEqual(['IncidentReported inc-099']);
  });

  it('end early where events are long, and lose none', async () => {
    const { log, history } = await stores.open();
    const reason = 'x'.repeat(60_000);
    await deliver(
      log,
      Array.from({ length: 50 }, (_, index) => sample('CommandGiven', { commandId: `a-${index}`, reason })),
    );
    const { ids, pages } = await readAll(history, {}, async () => {});
    expect(new Set(ids).size).toBe(50);
    expect(pages).toBe(2);
  });

  it('of another query are refused', async () => {
    const { log, history } = await stores.open();
    await deliver(log, [event(1, 'a-1'), event(2, 'a-2')]);
    const { nextPageToken: pageToken } = await queryEvents(history, request({ pageSize: 1 }));
    await expect(queryEvents(history, request({ pageToken, outcome: 'a' }))).rejects.toMatchObject({
      kind: 'invalid',
      field: 'pageToken',
    });
  });
});
