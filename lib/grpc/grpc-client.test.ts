import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AuditServiceClient } from '#gen/belay/v1/audit_service.ts';
import { DecisionServiceClient } from '#gen/belay/v1/decision_service.ts';
import {
  closeAll,
  closeLater,
  noControls,
  startDecisionServer,
  tokenOf,
} from './fixtures/decision-server.ts';
import { createGrpcClient, type GrpcClientOptions } from './grpc-client.ts';

afterEach(async () => {
  vi.unstubAllEnvs();
  await closeAll();
});

const token = tokenOf('viewer');

function clientFor(endpoint: string, options: Partial<GrpcClientOptions> = {}) {
  const client = createGrpcClient(DecisionServiceClient, { endpoint, token, ...options });
  closeLater(async () => client.close());
  return client;
}

/** A port that is listened on by something else than gRPC. */
async function strangeServer(greet: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    greet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a client', () => {
  it('names the endpoint that does not answer, and what to do', async () => {
    const { server, endpoint } = await startDecisionServer();
    await server.stop(0);
    await expect(clientFor(endpoint).getControls({})).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'UNREACHABLE',
      message: `${endpoint} does not answer`,
      next: expect.stringContaining('check that the service runs') as unknown,
    });
  });

  it('comes back by itself when the server does', async () => {
    const first = await startDecisionServer();
    const client = clientFor(first.endpoint);
    await client.getControls({});
    await first.server.stop(0);
    await expect(client.getControls({})).rejects.toMatchObject({ kind: 'unavailable' });
    await startDecisionServer({}, { port: Number(first.endpoint.split(':')[1]) });
    await vi.waitFor(() => client.getControls({}), { timeout: 5_000, interval: 50 });
  });

  it('waits no longer than it was told, also for a server that says nothing', async () => {
    const endpoint = await strangeServer(() => {});
    const call = clientFor(endpoint, { timeoutMs: 100 }).getControls({});
    await expect(call).rejects.toMatchObject({
      kind: 'timeout',
      code: 'DEADLINE_PASSED',
      message: `${endpoint} did not answer /belay.v1.DecisionService/GetControls within 100 ms`,
    });
  });

  it('takes what speaks another protocol for out of reach', async () => {
    const endpoint = await strangeServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await expect(clientFor(endpoint).getControls({})).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('says when the server does not have the service', async () => {
    const { endpoint } = await startDecisionServer();
    const client = createGrpcClient(AuditServiceClient, { endpoint, token });
    closeLater(async () => client.close());
    await expect(client.getIncident({ id: '1' })).rejects.toMatchObject({
      kind: 'internal',
      code: 'METHOD_UNKNOWN',
      next: expect.stringContaining('same version') as unknown,
    });
  });

  it('gives up at once on a signal that has been given already', async () => {
    const { endpoint } = await startDecisionServer();
    const call = clientFor(endpoint).getControls({}, { signal: AbortSignal.abort() });
    await expect(call).rejects.toMatchObject({ code: 'CALL_CANCELLED' });
  });

  it('has an answer for each of many calls at once', async () => {
    const { endpoint } = await startDecisionServer();
    const client = clientFor(endpoint);
    const answers = await Promise.all(Array.from({ length: 300 }, () => client.getControls({})));
    expect(answers).toEqual(Array(300).fill(noControls));
  });
});

describe('an endpoint', () => {
  it.each([
    '',
    'localhost',
    'http://127.0.0.1:1',
    'dns:///evil.test:443',
    'ipv4:127.0.0.1:1,10.0.0.1:1',
    'unix:/tmp/x',
    '127.0.0.1:1/x',
    '127.0.0.1:1\n',
    'a b:1',
  ])('is host:port, and not %j', (endpoint) => {
    expect(() => clientFor(endpoint)).toThrow(
      expect.objectContaining({ kind: 'invalid', code: 'ENDPOINT_INVALID' }),
    );
  });
});

describe('the token', () => {
  it.each(['10.0.0.1:7172', 'belay.internal:7172', 'localhost.evil.test:7172', '[2001:db8::1]:7172'])(
    'does not go to %s without TLS',
    (endpoint) => {
      const make = () => clientFor(endpoint);
      expect(make).toThrow(expect.objectContaining({ kind: 'invalid', code: 'TOKEN_IN_THE_CLEAR' }));
      expect(make).not.toThrow(token);
      expect(() => clientFor(endpoint, { tls: {} })).not.toThrow();
    },
  );

  it('does not take the way through a proxy to this machine', async () => {
    const seen: string[] = [];
    const proxy = await strangeServer((socket) => socket.on('data', (data) => seen.push(String(data))));
    for (const name of ['grpc_proxy', 'http_proxy', 'https_proxy']) vi.stubEnv(name, `http://${proxy}`);
    for (const name of ['no_proxy', 'no_grpc_proxy']) vi.stubEnv(name, '');
    const { endpoint } = await startDecisionServer();
    expect(await clientFor(endpoint).getControls({})).toEqual(noControls);
    expect(seen).toEqual([]);
  });

  it('with characters that no token has is refused without being shown', () => {
    for (const bad of [`${token}\n`, 't\u00f6ken-s3cret', 'two words']) {
      const make = () => clientFor('127.0.0.1:7172', { token: bad });
      expect(make).toThrow(expect.objectContaining({ kind: 'invalid', code: 'TOKEN_MALFORMED' }));
      expect(make).not.toThrow(bad);
    }
  });

  it('is in no error', async () => {
    const { server, endpoint } = await startDecisionServer();
    const client = clientFor(endpoint, { token: 'another-token-0123456789-0123456789' });
    const refused: unknown = await client.getControls({}).catch((error: unknown) => error);
    await server.stop(0);
    const away: unknown = await client.getControls({}).catch((error: unknown) => error);
    expect(inspect([refused, away], { depth: 9 })).not.toContain('another-token');
  });
});
