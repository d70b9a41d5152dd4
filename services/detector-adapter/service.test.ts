import { afterEach, describe, expect, it } from 'vitest';
import { ReportIncidentRequest } from '#gen/belay/v1/detector_service.ts';
import { ActorKind } from '#gen/belay/v1/common.ts';
import { ResolveReason } from '#gen/belay/v1/incident.ts';
import type { Bus } from '#lib/bus/bus.ts';
import { ManualClock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import { eventually } from '../../test/support/eventually.ts';
import { type Caller, type RunningAdapter, startAdapter, stopAdapters } from './fixtures/start-adapter.ts';
import { METRICS } from './metrics.ts';

afterEach(stopAdapters);

const incident = {
  service: 'api-server',
  symptom: 'CrashLoopBackOff',
  probableCause: 'pod_crash_loop',
  confidence: 0.95,
  resource: { target: '', kind: 'Pod', namespace: 'production', name: 'api-server-abc123' },
  labels: { 'remediator.kubedojo.io/enabled': 'true' },
  context: { restarts: '7' },
  affectedServices: ['api-server'],
  summary: 'api-server-abc123 is crash looping',
  fingerprint: 'f-1',
  externalId: 'INC001',
};
const report = (adapter: RunningAdapter, change: object = {}) =>
  adapter.post('/v1/incidents', { ...incident, ...change });
const resolve = (adapter: RunningAdapter, id: unknown, caller: Caller = 'maria', reason = 'fixed by hand') =>
  adapter.post(`/v1/incidents/${String(id)}/resolve`, { reason }, caller);

/** A log that can be made to fail. */
const flaky = () => {
  const state = { away: false };
  const between = (real: Bus): Bus =>
    new Proxy(real, {
      get: (target, name) => {
        if (name === 'publish' && state.away)
          return () =>
            Promise.reject(new BelayError('unavailable', 'no broker', { code: 'BUS_UNAVAILABLE' }));
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  return { state, bus: between };
};

describe('a report', () => {
  it.each(['grpc', 'http'] as const)('is the same event through the door %s', async (source) => {
    const adapter = await startAdapter();
    const startedAt = new Date(Date.now() - 5_000);
    const answer =
      source === 'http'
        ? (await report(adapter, { startedAt: startedAt.toISOString() })).body
        : await adapter
            .grpc('prometheus')
            .reportIncident(ReportIncidentRequest.fromPartial({ ...incident, startedAt }));
    expect(answer).toEqual({ incidentId: expect.stringMatching(/^inc-[0-9a-f]{32}$/), alreadyOpen: false });
    expect(await adapter.events('incident')).toMatchObject([
      {
        type: 'IncidentReported',
        source: 'belay/detector-adapter',
        data: {
          ...incident,
          incidentId: answer['incidentId'],
          source,
          resource: {
            target: 'prod-eu',
            kind: 'pod',
            namespace: 'production',
            name: 'api-server-abc123',
            uid: '',
          },
          startedAt,
          reopened: false,
          reportedBy: { kind: ActorKind.SERVICE_ACCOUNT, name: 'prometheus' },
        },
      },
    ]);
  });

  it('of an open incident says so, and nothing is published', async () => {
    const adapter = await startAdapter();
    const first = await report(adapter);
    const second = await report(adapter, { startedAt: new Date().toISOString(), summary: 'again' });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual({ ...first.body, alreadyOpen: true });
    expect(await adapter.events('incident')).toHaveLength(1);
  });

  it('without a fingerprint is folded into the open one about the same thing, and no other', async () => {
    const adapter = await startAdapter();
    const bare = { service: 'api-server', probable_cause: 'pod_crash_loop' };
    const first = await adapter.post('/v1/incidents', bare);
    expect((await adapter.post('/v1/incidents', { ...bare, confidence: 0.4 })).body).toEqual({
      ...first.body,
      alreadyOpen: true,
    });
    expect((await adapter.post('/v1/incidents', { ...bare, service: 'web' })).status).toBe(201);
    const [event] = await adapter.events('incident');
    expect(event?.data).toMatchObject({ confidence: undefined, resource: undefined });
  });

  it('of another service under a fingerprint in use is refused, for one of the two would be lost', async () => {
    const adapter = await startAdapter();
    await report(adapter);
    expect(await report(adapter, { service: 'web' })).toMatchObject({
      status: 409,
      body: { error: { code: 'FINGERPRINT_IN_USE', field: 'fingerprint' } },
    });
  });

  it('of which two hundred come at once opens one incident', async () => {
    const adapter = await startAdapter({ config: { http: { port: 0, maxRequestsPerSecond: 1_000 } } });
    const replies = await Promise.all(Array.from({ length: 200 }, () => report(adapter)));
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(replies.map(({ body }) => body['incidentId'])).size).toBe(1);
    expect(await adapter.events('incident')).toHaveLength(1);
  });
});

describe('a call', () => {
  const reserved = { ...incident, labels: Object.fromEntries([['constructor', 'x']]) };
  it.each<[string, object, string]>([
    [
      'a uid, which is read live',
      { ...incident, resource: { ...incident.resource, uid: 'x' } },
      'resource.uid',
    ],
    ['control characters', { ...incident, service: 'a\u001b[2J' }, 'service'],
    ['a reserved key', reserved, 'labels'],
    ['a confidence that is none', { ...incident, confidence: Number.NaN }, 'confidence'],
    ['no service', { ...incident, service: ' ' }, 'service'],
    ['an old start', { ...incident, startedAt: new Date('2021-03-03T03:12:00Z') }, 'startedAt'],
  ])('is refused with %s, naming the field', async (_, request, field) => {
    const adapter = await startAdapter();
    const call = adapter.grpc('prometheus').reportIncident(ReportIncidentRequest.fromPartial(request));
    await expect(call).rejects.toMatchObject({ kind: 'invalid', field });
    expect(await adapter.events('incident')).toEqual([]);
  });

  it('is for those with the role', async () => {
    const adapter = await startAdapter();
    const report = adapter.grpc('auditor').reportIncident(ReportIncidentRequest.fromPartial(incident));
    await expect(report).rejects.toMatchObject({ kind: 'forbidden' });
    const resolve = adapter.grpc('prometheus').resolveIncident({ incidentId: 'inc-1', reason: '' });
    await expect(resolve).rejects.toMatchObject({ kind: 'forbidden' });
    const unknown = adapter.grpc('maria').resolveIncident({ incidentId: 'inc-none', reason: '' });
    await expect(unknown).rejects.toMatchObject({ kind: 'not_found', code: 'INCIDENT_UNKNOWN' });
  });
});

describe('the end of an incident', () => {
  it('by a person is told with who and why, and audited', async () => {
    const adapter = await startAdapter();
    const { incidentId } = (await report(adapter)).body;
    expect(await resolve(adapter, incidentId)).toMatchObject({
      status: 200,
      body: { incidentId, wasOpen: true },
    });
    const maria = { kind: ActorKind.HUMAN, name: 'maria' };
    expect((await adapter.events('incident')).at(-1)).toMatchObject({
      type: 'IncidentResolved',
      data: { incidentId, service: 'api-server', reason: ResolveReason.PERSON, resolvedBy: maria },
    });
    expect(await adapter.events('audit')).toMatchObject([
      {
        type: 'CommandGiven',
        data: {
          actor: maria,
          command: 'DetectorService/ResolveIncident',
          subject: incidentId,
          reason: 'fixed by hand',
          result: 'ok',
        },
      },
    ]);
  });

  it('by a machine is told as an end by its source, and is no command of a person', async () => {
    const adapter = await startAdapter();
    const { incidentId } = (await report(adapter)).body;
    const answer = await adapter
      .grpc('runner')
      .resolveIncident({ incidentId: String(incidentId), reason: '' });
    expect(answer).toEqual({ incidentId, wasOpen: true });
    expect((await adapter.events('incident')).at(-1)?.data).toMatchObject({ reason: ResolveReason.SOURCE });
    const unknown = adapter.grpc('runner').resolveIncident({ incidentId: 'inc-none', reason: '' });
    await expect(unknown).rejects.toMatchObject({ kind: 'not_found' });
    expect(await adapter.events('audit')).toEqual([]);
  });

  it('that comes twice, or for nothing, changes nothing; what people asked for is audited', async () => {
    const adapter = await startAdapter();
    const { incidentId } = (await report(adapter)).body;
    await resolve(adapter, incidentId);
    expect((await resolve(adapter, incidentId)).body).toEqual({ incidentId, wasOpen: false });
    expect(await resolve(adapter, 'inc-none')).toMatchObject({
      status: 404,
      body: { error: { code: 'INCIDENT_UNKNOWN', field: 'incidentId' } },
    });
    expect(await adapter.events('incident')).toHaveLength(2);
    const results = (await adapter.events('audit')).map(({ data }) => (data as { result: string }).result);
    expect(results).toEqual(['ok', 'NOT_OPEN', 'INCIDENT_UNKNOWN']);
  });

  it('is taken back by a report within five minutes: the same incident, opened again', async () => {
    const adapter = await startAdapter();
    const { incidentId } = (await report(adapter)).body;
    await resolve(adapter, incidentId);
    expect(await report(adapter)).toMatchObject({ status: 201, body: { incidentId, alreadyOpen: false } });
    const events = await adapter.events('incident');
    expect(events.map(({ type }) => type)).toEqual([
      'IncidentReported',
      'IncidentResolved',
      'IncidentReported',
    ]);
    expect(events[2]?.data).toMatchObject({ incidentId, reopened: true });
    expect(new Set(events.map(({ id }) => id)).size).toBe(3);
  });

  it('comes by itself when nobody reports it any more', async () => {
    const clock = new ManualClock(new Date('2026-03-03T03:12:00Z'));
    const adapter = await startAdapter({ clock });
    const { incidentId } = (await report(adapter)).body;
    await clock.advance(59 * 60_000);
    await report(adapter);
    await clock.advance(59 * 60_000);
    expect(await adapter.events('incident')).toHaveLength(1);
    await clock.advance(2 * 60_000);
    await eventually(async () => {
      expect((await adapter.events('incident')).at(-1)).toMatchObject({
        type: 'IncidentResolved',
        data: { incidentId, reason: ResolveReason.STALE, resolvedBy: undefined },
      });
    });
    expect(await adapter.events('audit')).toEqual([]);
  });
});

describe('while the log is away', () => {
  it('nothing is promised, and what comes again has the same id and is told once', async () => {
    const { state, bus } = flaky();
    const adapter = await startAdapter({ bus });
    state.away = true;
    const refused = await report(adapter);
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'BUS_UNAVAILABLE' } } });
    expect(refused.headers.get('retry-after')).toBe('2');
    await expect(
      adapter.grpc('prometheus').reportIncident(ReportIncidentRequest.fromPartial(incident)),
    ).rejects.toMatchObject({ kind: 'unavailable' });
    state.away = false;
    const { body } = await report(adapter);
    const [event, ...more] = await adapter.events('incident');
    expect(more).toEqual([]);
    expect(event?.data).toMatchObject({ incidentId: body['incidentId'] });
  });

  it('an end is not promised either, and is told when it is asked for again', async () => {
    const { state, bus } = flaky();
    const adapter = await startAdapter({ bus });
    const { incidentId } = (await report(adapter)).body;
    state.away = true;
    expect((await resolve(adapter, incidentId)).status).toBe(503);
    state.away = false;
    expect((await resolve(adapter, incidentId)).body).toEqual({ incidentId, wasOpen: true });
    expect(await adapter.events('incident')).toHaveLength(2);
    expect(await adapter.events('audit')).toHaveLength(1);
  });

  it('what was begun and never asked for again is told by the sweeper', async () => {
    const clock = new ManualClock(new Date('2026-03-03T03:12:00Z'));
    const { state, bus } = flaky();
    const adapter = await startAdapter({ bus, clock });
    state.away = true;
    await report(adapter);
    await clock.advance(60_000);
    expect(await adapter.events('incident')).toEqual([]);
    state.away = false;
    await eventually(async () => {
      await clock.advance(10_000);
      expect(await adapter.events('incident')).toHaveLength(1);
    });
    expect((await report(adapter)).body['alreadyOpen']).toBe(true);
  });
});

describe('a restart', () => {
  it('finds open incidents open and ended ones ended, from the log alone', async () => {
    const first = await startAdapter();
    const open = (await report(first, { fingerprint: 'open' })).body;
    const ended = (await report(first, { fingerprint: 'ended' })).body;
    await resolve(first, ended['incidentId']);
    await first.stop();

    const second = await startAdapter({ dataDir: first.dataDir });
    expect(await second.ready()).toBe(true);
    expect((await report(second, { fingerprint: 'open' })).body).toEqual({ ...open, alreadyOpen: true });
    expect((await report(second, { fingerprint: 'ended' })).body).toEqual(ended);
    expect((await resolve(second, open['incidentId'])).body['wasOpen']).toBe(true);
    expect(await second.events('incident')).toHaveLength(5);
  });
});

it('has the metrics of its table, and no label that grows', async () => {
  const adapter = await startAdapter();
  await report(adapter);
  await report(adapter);
  const { incidentId } = (await report(adapter, { fingerprint: 'other' })).body;
  await resolve(adapter, incidentId);
  const text = await adapter.metrics();
  for (const { name, help, type } of Object.values(METRICS)) {
    expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
  }
  expect(text).toContain('belay_incidents_total{source="http"} 2\n');
  const [, seen] = /^belay_source_last_seen_timestamp_seconds\{source="http"\} (\S+)$/m.exec(text) ?? [];
  expect(Math.abs(Number(seen) - Date.now() / 1_000)).toBeLessThan(30);
});
