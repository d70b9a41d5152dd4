import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import { createLogger } from '#lib/logger.ts';
import { deferred, eventually } from '../../test/support/eventually.ts';
import type { CheckOutcome, HealthCheck } from './component.ts';
import { type OpsServer, opsServer } from './ops-server.ts';
import { ProcessState } from './process-state.ts';

const logger = createLogger({ name: 'test', level: 'silent' });
let clock: ManualClock;
let state: ProcessState;
let checks: HealthCheck[];
let metrics: () => Promise<void>;
let server: OpsServer;
let url: string;

beforeEach(async () => {
  clock = new ManualClock(new Date(0));
  state = new ProcessState();
  state.moveTo('ready');
  checks = [];
  metrics = async () => {};
  server = opsServer({
    host: '127.0.0.1',
    port: 0,
    state,
    checks: () => checks,
    metrics: async (_request, response) => {
      await metrics();
      response.end('belay_build_info 1\n');
    },
    logger,
    clock,
  });
  await server.start();
  url = `http://127.0.0.1:${server.port()}`;
});
afterEach(() => server.stop());

async function get(path: string, init?: RequestInit) {
  const response = await fetch(url + path, init);
  const body = await response.text();
  return { status: response.status, headers: response.headers, body, json: () => JSON.parse(body) as never };
}

/** A check that counts how often it is asked. */
function counted(name: string, answer: () => Promise<CheckOutcome>) {
  const counter = { asked: 0 };
  checks.push({
    name,
    check: () => {
      counter.asked += 1;
      return answer();
    },
  });
  return counter;
}

const fine = async (): Promise<CheckOutcome> => ({ ok: true, detail: 'fine' });

describe('/readyz', () => {
  it('is 200 when every check is fine, and names each', async () => {
    counted('bus', fine);
    const { status, json, headers } = await get('/readyz');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(json()).toEqual({
      ready: true,
      checks: [
        { name: 'process', ok: true, detail: 'ready' },
        { name: 'bus', ok: true, detail: 'fine' },
      ],
    });
  });

  it('is 503 when one is not, with what is wrong and how to mend it', async () => {
    counted('bus', fine);
    counted('redis', async () => ({ ok: false, detail: 'no answer', fix: 'start redis' }));
    const { status, json } = await get('/readyz');
    expect(status).toBe(503);
    expect(json()).toMatchObject({
      ready: false,
      checks: [
        { name: 'process' },
        { name: 'bus', ok: true },
        { name: 'redis', ok: false, detail: 'no answer', fix: 'start redis' },
      ],
    });
  });

  it('takes a check that throws for one that fails, and shows no secret', async () => {
    const error = new BelayError('unavailable', 'no route to redis://:hunter2@h', {
      code: 'X',
      next: 'look at redis',
    });
    counted('redis', () => Promise.reject(error));
    const { status, body } = await get('/readyz');
    expect(status).toBe(503);
    expect(body).toContain('no route to redis://[redacted]@h');
    expect(body).toContain('look at redis');
  });

  it('waits 2 s for a check, runs them at the same time, and does not begin again one that hangs', async () => {
    const slow = [counted('a', () => new Promise(() => {})), counted('b', () => new Promise(() => {}))];
    const ask = async () => {
      const answer = get('/readyz');
      let isAnswered = false;
      void answer.then(() => (isAnswered = true));
      // The request may still be on its way; each turn is less than a second of the clock.
      await eventually(async () => {
        await clock.advance(500);
        expect(isAnswered).toBe(true);
      });
      return answer;
    };
    const { status, json } = await ask();
    expect(status).toBe(503);
    expect(json()).toMatchObject({
      checks: [
        {},
        { name: 'a', detail: 'no answer within 2 s' },
        { name: 'b', detail: 'no answer within 2 s' },
      ],
    });
    await clock.advance(1_000);
    await ask();
    expect(slow.map(({ asked }) => asked)).toEqual([1, 1]);
  });

  it('asks the checks once a second at most, however many probes come', async () => {
    const gate = deferred<CheckOutcome>();
    const bus = counted('bus', () => gate.promise);
    const probes = Array.from({ length: 20 }, () => get('/readyz'));
    await eventually(() => expect(bus.asked).toBe(1));
    gate.resolve({ ok: true, detail: 'fine' });
    for (const { status } of await Promise.all(probes)) expect(status).toBe(200);
    await clock.advance(999);
    await get('/readyz');
    expect(bus.asked).toBe(1);
    await clock.advance(1);
    await get('/readyz');
    expect(bus.asked).toBe(2);
  });

  it('is 503 from the moment the process drains, whatever was true a moment ago', async () => {
    expect((await get('/readyz')).status).toBe(200);
    state.moveTo('draining');
    const { status, json } = await get('/readyz');
    expect(status).toBe(503);
    expect(json()).toMatchObject({ checks: [{ name: 'process', ok: false, detail: 'draining' }] });
  });
});

describe('/livez', () => {
  it('is 200 while the process starts, works and drains', async () => {
    counted('bus', async () => ({ ok: false, detail: 'away', fix: 'start it' }));
    expect((await get('/livez')).status).toBe(200);
    state.moveTo('draining');
    expect((await get('/livez')).status).toBe(200);
  });

  it('is 503 once something has failed for good, and nothing takes that back', async () => {
    state.fail(new Error('the consumer crashed'));
    state.moveTo('ready');
    expect((await get('/livez')).status).toBe(503);
    expect((await get('/readyz')).status).toBe(503);
  });
});

describe('the ops server', () => {
  it('serves the metrics, and 500 rather than nothing when they fail', async () => {
    expect(await get('/metrics')).toMatchObject({ status: 200, body: 'belay_build_info 1\n' });
    metrics = () => Promise.reject(new Error('broken'));
    expect(await get('/metrics')).toMatchObject({
      status: 500,
      body: expect.not.stringContaining('broken') as unknown,
    });
  });

  it('answers HEAD without a body, and takes no query for a part of the path', async () => {
    expect(await get('/livez', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    expect((await get('/livez?verbose=1')).status).toBe(200);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s', async (method) => {
    const { status, headers } = await get('/readyz', { method });
    expect(status).toBe(405);
    expect(headers.get('allow')).toBe('GET, HEAD');
  });

  it.each(['/', '/readyz/', '/../metrics', '/debug', '/%6civez'])(
    'knows nothing at %s and says what there is',
    async (path) => {
      const { status, json } = await rawGet(path);
      expect(status).toBe(404);
      expect(json).toEqual({ error: 'nothing here, try /livez, /readyz, /metrics' });
    },
  );

  it('refuses a body and reads none of it', async () => {
    const request = httpRequest(`${url}/livez`, { method: 'GET', headers: { 'content-length': '5' } });
    const answered = new Promise<number | undefined>((resolve) =>
      request.on('response', ({ statusCode }) => resolve(statusCode)),
    );
    request.on('error', () => {});
    request.flushHeaders();
    expect(await answered).toBe(413);
    request.destroy();
  });

  it('refuses headers that are larger than any probe sends', async () => {
    expect((await get('/livez', { headers: { padding: 'x'.repeat(10_000) } })).status).toBe(431);
  });

  it('stops although a scraper keeps its connection', async () => {
    const idle = connect(server.port(), '127.0.0.1');
    idle.on('error', () => {});
    await new Promise<void>((resolve) => idle.once('connect', resolve));
    await server.stop();
    await expect(fetch(`${url}/livez`)).rejects.toThrow('fetch failed');
  });

  it('says which address is taken', async () => {
    const second = opsServer({
      host: '127.0.0.1',
      port: server.port(),
      state,
      checks: () => [],
      metrics: async () => {},
      logger,
    });
    await expect(second.start()).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'PORT_IN_USE',
      field: 'ops.port',
    });
  });
});

/** With the path as it is: fetch would tidy it first. */
async function rawGet(path: string): Promise<{ status: number | undefined; json: unknown }> {
  const request = httpRequest({ host: '127.0.0.1', port: server.port(), path }).end();
  const response = await new Promise<import('node:http').IncomingMessage>((resolve) =>
    request.once('response', resolve),
  );
  return { status: response.statusCode, json: JSON.parse(await text(response)) };
}
