import { once } from 'node:events';
import { connect } from 'node:net';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Bus } from '#lib/bus/bus.ts';
import { createAuthority } from '#lib/grpc/fixtures/certificates.ts';
import { deferred, eventually } from '../../test/support/eventually.ts';
import { configSchema } from './config.ts';
import { type RunningAdapter, startAdapter, stopAdapters, tokenOf } from './fixtures/start-adapter.ts';

afterEach(stopAdapters);

const good = { service: 'api-server', symptom: 'CrashLoopBackOff' };
const authorization = `Bearer ${tokenOf('prometheus')}`;
const json = { authorization, 'content-type': 'application/json' };

const send = async (
  { httpEndpoint }: RunningAdapter,
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; headers: Headers; error: Record<string, string> }> => {
  const response = await fetch(`http://${httpEndpoint}${path}`, { method: 'POST', headers: json, ...init });
  const text = await response.text();
  const error = text === '' ? {} : (JSON.parse(text) as { error?: Record<string, string> }).error;
  return { status: response.status, headers: response.headers, error: error ?? {} };
};

describe('what is sent', () => {
  const deep = `${'{"a":'.repeat(50)}1${'}'.repeat(50)}`;
  const cases: readonly [what: string, body: unknown, field: string | undefined, code?: string][] = [
    ['nothing', undefined, undefined, 'BODY_MALFORMED'],
    ['no JSON', '{"service":', undefined, 'BODY_MALFORMED'],
    ['a list', [], undefined],
    ['a text', '"x"', undefined],
    ['no service', { symptom: 'x' }, 'service', 'FIELD_MISSING'],
    ['neither symptom nor cause', { service: 'x' }, 'symptom', 'FIELD_MISSING'],
    ['an unknown field', { ...good, sevice: 'x' }, 'sevice', 'UNKNOWN_FIELD'],
    [
      'an unknown field further in',
      { ...good, resource: { kind: 'pod', uid: 'x' } },
      'resource.uid',
      'UNKNOWN_FIELD',
    ],
    ['a number for a text', { ...good, service: 7 }, 'service'],
    ['null', { ...good, summary: null }, 'summary'],
    ['too long a text', { ...good, symptom: 'x'.repeat(201) }, 'symptom'],
    ['a confidence above 1', { ...good, confidence: 1.01 }, 'confidence'],
    ['a confidence below 0', { ...good, confidence: -0.01 }, 'confidence'],
    ['a confidence that is no number', { ...good, confidence: '0.9' }, 'confidence'],
    ['a time without a zone', { ...good, startedAt: '2026-03-03T03:12:00' }, 'startedAt'],
    ['a time that is none', { ...good, started_at: 'yesterday' }, 'started_at'],
    [
      'a time long ago',
      { ...good, started_at: '2021-03-03T03:12:00Z' },
      'started_at',
      'STARTED_TOO_LONG_AGO',
    ],
    [
      'a time in the future',
      { ...good, startedAt: '2099-03-03T03:12:00Z' },
      'startedAt',
      'STARTED_IN_FUTURE',
    ],
    ['one name in two spellings', { ...good, external_id: 'a', externalId: 'b' }, 'externalId'],
    ['control characters', { ...good, service: 'a\u001b[2Jb' }, 'service'],
    ['two lines where one belongs', { ...good, fingerprint: 'a\nb' }, 'fingerprint'],
    ['half a character', `{"service":"\\ud800","symptom":"x"}`, 'service'],
    ['labels that are no texts', { ...good, labels: { a: 1 } }, 'labels.a'],
    [
      'too many labels',
      { ...good, labels: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [i, ''])) },
      'labels',
    ],
    ['a resource without its kind', { ...good, resource: { name: 'x' } }, 'resource.kind', 'FIELD_MISSING'],
    ['a prototype key', `{"service":"a","symptom":"b","__proto__":{"x":1}}`, '__proto__', 'BODY_MALFORMED'],
    ['a prototype key further in', `{"labels":{"constructor":"x"}}`, 'labels.constructor', 'BODY_MALFORMED'],
    ['a nest without end', deep, expect.stringMatching(/^a\.a\./) as never, 'BODY_MALFORMED'],
    [
      'keys without end',
      { labels: Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [i, ''])) },
      undefined,
      'BODY_MALFORMED',
    ],
  ];

  it('is refused with the field and the reason where it is wrong, and nothing comes of it', async () => {
    const adapter = await startAdapter();
    for (const [what, body, field, code] of cases) {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const { status, error } = await send(
        adapter,
        '/v1/incidents',
        text === undefined ? {} : { body: text },
      );
      expect([what, status, error]).toEqual([
        what,
        400,
        expect.objectContaining({
          what: expect.stringMatching(/./),
          code: code ?? 'REQUEST_INVALID',
        }),
      ]);
      expect([what, error['field']]).toEqual([what, field]);
    }
    expect(await adapter.events('incident')).toEqual([]);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('is refused in the spelling of its sender, with what he may have meant', async () => {
    const adapter = await startAdapter();
    const old = JSON.stringify({ ...good, started_at: '2021-03-03T03:12:00Z' });
    const { error } = await send(adapter, '/v1/incidents', { body: old });
    expect(error['what']).toContain('started_at 2021');
    expect(error['next']).toContain('leave started_at out');
    const typo = JSON.stringify({ ...good, probableCuase: 'x' });
    expect((await send(adapter, '/v1/incidents', { body: typo })).error['next']).toBe(
      'did you mean probableCause?',
    );
  });

  it('is refused when it is too large, before it is read', async () => {
    const adapter = await startAdapter();
    const body = JSON.stringify({ ...good, summary: 'x'.repeat(300_000) });
    expect(await send(adapter, '/v1/incidents', { body })).toMatchObject({
      status: 413,
      error: { code: 'TOO_LARGE' },
    });
    const context = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, 'x'.repeat(4_000)]));
    expect(
      await send(adapter, '/v1/incidents', { body: JSON.stringify({ ...good, context }) }),
    ).toMatchObject({
      status: 413,
      error: { code: 'TOO_LARGE', field: 'context' },
    });
  });

  it.each([
    ['text', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['packed', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
  ])('is refused as %s', async (_, headers) => {
    const adapter = await startAdapter();
    const init = { headers: { authorization, ...headers }, body: JSON.stringify(good) };
    expect(await send(adapter, '/v1/incidents', init)).toMatchObject({
      status: 415,
      error: { code: 'MEDIA_TYPE_UNSUPPORTED', next: expect.stringContaining('application/json') },
    });
  });

  it('goes to a path that exists, by POST', async () => {
    const adapter = await startAdapter();
    expect(await send(adapter, '/v1/incident')).toMatchObject({
      status: 404,
      error: { code: 'PATH_UNKNOWN' },
    });
    const got = await send(adapter, '/v1/incidents', { method: 'GET' });
    expect(got).toMatchObject({ status: 405, error: { code: 'METHOD_NOT_ALLOWED' } });
    expect(got.headers.get('allow')).toBe('POST');
    for (const id of ['%zz', 'x'.repeat(200)]) {
      expect(await send(adapter, `/v1/incidents/${id}/resolve`)).toMatchObject({
        status: 400,
        error: { code: 'PATH_MALFORMED' },
      });
    }
  });

  it('may end an incident without a word', async () => {
    const adapter = await startAdapter();
    const headers = { authorization: `Bearer ${tokenOf('maria')}` };
    expect(await send(adapter, '/v1/incidents/inc-none/resolve', { headers })).toMatchObject({ status: 404 });
  });

  it('is not kept by anybody on the way back', async () => {
    const { headers } = await send(await startAdapter(), '/v1/incidents', { body: JSON.stringify(good) });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('who sends', () => {
  const body = JSON.stringify(good);

  it.each([
    ['nobody', {}, 'NOT_SIGNED_IN'],
    ['a stranger', { authorization: `Bearer ${'y'.repeat(43)}` }, 'CREDENTIALS_REFUSED'],
    ['somebody by another scheme', { authorization: 'Basic dXNlcjpwYXNz' }, 'CREDENTIALS_MALFORMED'],
  ])('is not %s: 401, nothing is read, and the audit hears of it', async (_, headers, code) => {
    const adapter = await startAdapter();
    // Not even JSON: were it read, that would be the complaint.
    const init = { headers: { 'content-type': 'application/json', ...headers }, body: '{' };
    const answer = await send(adapter, '/v1/incidents', init);
    expect(answer).toMatchObject({ status: 401, error: { code } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    await eventually(async () => {
      expect(await adapter.events('audit')).toMatchObject([
        {
          type: 'AccessRefused',
          data: { command: 'DetectorService/ReportIncident', neededRole: 'responder or service' },
        },
      ]);
    });
  });

  it('has the role, or is told which: detectors report and people end', async () => {
    const adapter = await startAdapter();
    const as = async (caller: Parameters<typeof tokenOf>[0], path: string) => {
      const headers = { ...json, authorization: `Bearer ${tokenOf(caller)}` };
      return (await send(adapter, path, { headers, body: path.endsWith('resolve') ? '{}' : body })).status;
    };
    for (const caller of ['maria', 'prometheus', 'runner'] as const)
      expect([201, 200]).toContain(await as(caller, '/v1/incidents'));
    expect(await as('auditor', '/v1/incidents')).toBe(403);
    expect(await as('prometheus', '/v1/incidents/inc-none/resolve')).toBe(403);
    expect(await as('maria', '/v1/incidents/inc-none/resolve')).toBe(404);
    await eventually(async () => {
      const refused = (await adapter.events('audit')).filter(({ type }) => type === 'AccessRefused');
      expect(refused.map(({ data }) => (data as { actor: { name: string } }).actor.name).sort()).toEqual([
        'auditor',
        'prometheus',
      ]);
    });
  });

  it('is not told apart by two tokens', async () => {
    const { httpEndpoint } = await startAdapter();
    const [host = '', port = ''] = httpEndpoint.split(':');
    const socket = connect(Number(port), host);
    const stranger = `Bearer ${'y'.repeat(43)}`;
    socket.write(
      `POST /v1/incidents HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n` +
        `authorization: ${authorization}\r\nauthorization: ${stranger}\r\n\r\n`,
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(String(answer)).toMatch(/^HTTP\/1\.1 401 /);
    socket.destroy();
  });

  it('is not a web page that somebody has open', async () => {
    const adapter = await startAdapter();
    const init = { headers: { ...json, origin: 'http://evil.example' }, body };
    expect(await send(adapter, '/v1/incidents', init)).toMatchObject({
      status: 403,
      error: { code: 'BROWSER_REFUSED' },
    });
  });

  it('gets so many requests a second, and the others get theirs', async () => {
    const adapter = await startAdapter({ config: { http: { port: 0, maxRequestsPerSecond: 3 } } });
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => send(adapter, '/v1/incidents', { body })),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect(refused[0]?.error['code']).toBe('RATE_LIMITED');
    const headers = { ...json, authorization: `Bearer ${tokenOf('maria')}` };
    expect((await send(adapter, '/v1/incidents', { headers, body })).status).toBe(200);
  });

  it('may be known by a certificate, and is protected by TLS', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'belay-http-'));
    const ours = createAuthority(dir, 'ours');
    const server = ours.issue('server', 'DNS:localhost,IP:127.0.0.1');
    const client = ours.issue('client', 'URI:spiffe://belay/prometheus');
    const tls = { ...server, clientCa: ours.ca, requireClientCert: false };
    const auth = {
      certificates: [{ subject: 'URI:spiffe://belay/prometheus', name: 'prometheus', roles: ['service'] }],
    };
    const { httpEndpoint } = await startAdapter({ config: { http: { port: 0, tls }, auth } });
    const statusWith = async (files: { cert?: string; key?: string }) => {
      const identity = Object.fromEntries(
        Object.entries(files).map(([name, file]) => [name, readFileSync(file)]),
      );
      const request = httpsRequest(`https://${httpEndpoint}/v1/incidents`, {
        method: 'POST',
        ca: readFileSync(ours.ca),
        headers: { 'content-type': 'application/json' },
        agent: false,
        ...identity,
      });
      request.end(body);
      const [response] = (await once(request, 'response')) as [{ statusCode: number; resume(): void }];
      response.resume();
      return response.statusCode;
    };
    expect(await statusWith(client)).toBe(201);
    expect(await statusWith({})).toBe(401);
    const stranger = createAuthority(dir, 'strangers').issue('client', 'URI:spiffe://belay/prometheus');
    expect(await statusWith(stranger)).toBe(401);
    rmSync(dir, { recursive: true });
  });
});

/** A log that keeps its answers to itself until it is told to give them. */
const holding = () => {
  const held = deferred();
  let isHolding = true;
  let sends = 0;
  const bus = (real: Bus): Bus =>
    new Proxy(real, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name !== 'publish') return value.bind(target) as unknown;
        return async (records: never) => {
          sends += 1;
          if (isHolding) await held.promise;
          return target.publish(records);
        };
      },
    });
  const release = () => {
    isHolding = false;
    held.resolve();
  };
  return { bus, release, sends: () => sends };
};

describe('while the log takes its time', () => {
  const body = JSON.stringify(good);

  it('a request is answered 503 at its deadline; the next one waits for the same send', async () => {
    const { bus, release, sends } = holding();
    const adapter = await startAdapter({ bus, config: { http: { port: 0, timeoutMs: 200 } } });
    const late = await send(adapter, '/v1/incidents', { body });
    expect(late).toMatchObject({ status: 503, error: { code: 'DEADLINE_PASSED' } });
    expect(late.headers.get('retry-after')).toBe('2');
    expect((await send(adapter, '/v1/incidents', { body })).status).toBe(503);
    release();
    expect((await send(adapter, '/v1/incidents', { body })).status).toBe(200);
    expect(sends()).toBe(1);
    expect(await adapter.events('incident')).toHaveLength(1);
  });

  it('a stop gives the answers in hand and takes nothing more', async () => {
    const { bus, release, sends } = holding();
    const adapter = await startAdapter({ bus });
    const inHand = send(adapter, '/v1/incidents', { body });
    await eventually(() => expect(sends()).toBe(1));
    const stopped = adapter.stop();
    await eventually(async () => {
      await expect(fetch(`http://${adapter.httpEndpoint}/v1/incidents`)).rejects.toThrow('fetch failed');
    });
    release();
    expect((await inHand).status).toBe(201);
    await stopped;
  });
});

describe('the configuration', () => {
  const base = { sql: { kind: 'pglite' }, auth: 'none' };
  const kafka = { kind: 'kafka', brokers: ['127.0.0.1:9092'] };
  const redis = { kind: 'redis', url: 'redis://:s3cret@127.0.0.1:6379' };

  it('wants a store that instances share where the log is shared', () => {
    const { error } = configSchema.safeParse({ ...base, bus: kafka });
    expect(error?.issues).toMatchObject([
      { path: ['episodes', 'kind'], message: expect.stringContaining('use redis') },
    ]);
    expect(configSchema.safeParse({ ...base, bus: kafka, episodes: redis }).success).toBe(true);
    expect(configSchema.safeParse({ ...base, bus: { kind: 'sqlite' } }).success).toBe(true);
  });

  it('does not show the password of its store', () => {
    const config = configSchema.parse({ ...base, bus: kafka, episodes: redis });
    expect(JSON.stringify(config)).not.toContain('s3cret');
  });

  it('does not open the door to a network in plain text, nor to everybody', async () => {
    await expect(startAdapter({ config: { http: { host: '0.0.0.0', port: 0 } } })).rejects.toMatchObject({
      code: 'TLS_MISSING',
      field: 'http.tls',
    });
    const exposed = { http: { host: '0.0.0.0', port: 0, allowPlaintext: true }, auth: 'none' };
    await expect(startAdapter({ config: exposed })).rejects.toMatchObject({ code: 'AUTH_NONE_EXPOSED' });
  });
});
