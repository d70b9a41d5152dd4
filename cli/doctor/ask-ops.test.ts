import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '#lib/clock.ts';
import type { HealthCheck } from '#lib/lifecycle/component.ts';
import { opsServer } from '#lib/lifecycle/ops-server.ts';
import { ProcessState } from '#lib/lifecycle/process-state.ts';
import { silentLogger } from '../../test/support/silent-logger.ts';
import { askOps } from './ask-ops.ts';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

const ask = (url: string, timeoutMs = 5_000) => askOps(url, { timeoutMs, clock: systemClock });

async function startOps(checks: readonly HealthCheck[]): Promise<string> {
  const state = new ProcessState();
  state.moveTo('ready');
  const metrics = async () => {};
  const ops = opsServer({
    host: '127.0.0.1',
    port: 0,
    state,
    checks: () => checks,
    metrics,
    logger: silentLogger,
  });
  await ops.start();
  open.push(() => ops.stop());
  return `http://127.0.0.1:${ops.port()}`;
}

async function startServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('an ops server that is asked', () => {
  it('tells its checks, under the service that each names', async () => {
    const url = await startOps([
      { name: 'bus', check: async () => ({ ok: true, detail: 'answers' }) },
      { name: 'decision: guardrails', check: async () => ({ ok: false, detail: 'not built', fix: 'wait' }) },
    ]);
    const service = new URL(url).host;
    expect(await ask(`${url}/`)).toEqual({
      reached: true,
      checks: [
        { service, name: 'process', asked: url, ok: true, detail: 'ready' },
        { service, name: 'bus', asked: url, ok: true, detail: 'answers' },
        { service: 'decision', name: 'guardrails', asked: url, ok: false, detail: 'not built', fix: 'wait' },
        { service, name: 'clock', asked: url, ok: true, detail: 'agrees with this machine to the second' },
      ],
    });
  });

  it('with another time is found out', async () => {
    const url = await startServer((_, response) => {
      response.setHeader('date', new Date(Date.now() - 60_000).toUTCString()).end('{"checks": []}');
    });
    const { checks } = await ask(url);
    expect(checks).toMatchObject([
      { name: 'clock', ok: false, detail: expect.stringMatching(/ s behind this machine$/) },
    ]);
  });

  it.each([
    ['is none of ours', 404, 'nothing here'],
    ['answers with something else', 200, '{"checks": [{"name": 1}]}'],
  ])('but %s is reached, and wrong', async (_, status, body) => {
    const url = await startServer((_request, response) => response.writeHead(status).end(body));
    expect(await ask(url)).toMatchObject({
      reached: true,
      checks: [
        {
          name: 'ops server',
          ok: false,
          detail: `answers with HTTP ${status}, and not as an ops server of Belay`,
        },
      ],
    });
  });

  it('but is not there is not reached', async () => {
    const url = await startServer(() => {});
    for (const close of open.splice(0)) await close();
    expect(await ask(url)).toMatchObject({
      reached: false,
      checks: [{ ok: false, detail: 'does not answer: ECONNREFUSED' }],
    });
  });

  it('but says nothing is waited for no longer than that', async () => {
    const url = await startServer(() => {});
    expect(await ask(url, 100)).toMatchObject({
      reached: false,
      checks: [{ detail: 'does not answer: no answer within 0.1 s' }],
    });
  });

  it('but sends us elsewhere is not followed', async () => {
    const url = await startServer((_, response) =>
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    );
    expect((await ask(url)).checks).toMatchObject([{ ok: false }]);
  });
});
