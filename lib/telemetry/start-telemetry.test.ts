import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';

const fixture = new URL('./fixtures/traced-process.ts', import.meta.url).pathname;

async function run(...args: string[]) {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [fixture, ...args]);
  return { ...(JSON.parse(stdout) as { tookMs: number; loadsTracing: boolean }), log: stderr };
}

const received: { path: string | undefined; body: Buffer }[] = [];
const collector = createServer((request, response) => {
  void readAll(request).then((body) => {
    received.push({ path: request.url, body });
    response.end();
  });
});
afterEach(() => {
  collector.closeAllConnections();
  collector.close();
  received.length = 0;
});

async function listen(): Promise<string> {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  return Buffer.concat((await request.toArray()) as Buffer[]);
}

describe('startTelemetry', () => {
  it('delivers what is left at shutdown to the collector, as whom and from where', async () => {
    const { log } = await run(await listen());
    expect(received).toHaveLength(1);
    expect(received[0]?.path).toBe('/v1/traces');
    for (const text of ['the work', 'decision', '1.2.3', 'replica-1'])
      expect(received[0]?.body.includes(text)).toBe(true);
    const { traceId } = JSON.parse(log) as { traceId: string };
    expect(received[0]?.body.includes(Buffer.from(traceId, 'hex'))).toBe(true);
  });

  it('loads nothing of tracing without an endpoint, as idle services have to stay small', async () => {
    const { loadsTracing, log } = await run();
    expect(loadsTracing).toBe(false);
    expect(log).not.toContain('traceId');
  });

  it('ends in time without its collector, and the log says that spans were lost', async () => {
    const { tookMs, log } = await run('http://127.0.0.1:1');
    expect(tookMs).toBeLessThan(5_000);
    expect(log).toContain('telemetry cannot be delivered');
  });

  it('ends in time with a collector that never answers', async () => {
    const deaf = createServer(() => {});
    await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
    try {
      const { tookMs } = await run(`http://127.0.0.1:${(deaf.address() as AddressInfo).port}/`);
      expect(tookMs).toBeLessThan(5_000);
    } finally {
      deaf.closeAllConnections();
      deaf.close();
    }
  });
});
