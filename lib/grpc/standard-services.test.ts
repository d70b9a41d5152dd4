import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock, systemClock } from '#lib/clock.ts';
import { deferred, eventually } from '../../test/support/eventually.ts';
import { authenticator, closeAll, noControls, startDecisionServer } from './fixtures/decision-server.ts';
import { rawCall } from './fixtures/raw-call.ts';
import { createGrpcServer } from './grpc-server.ts';

afterEach(closeAll);

const DECISION = 'belay.v1.DecisionService';
const [SERVING, NOT_SERVING] = [1, 2];

describe('health', () => {
  /** The request is one text, field 1; the answer one number, field 1. */
  const check = async (endpoint: string, service: string) => {
    const request = Buffer.concat([Buffer.from([0x0a, service.length]), Buffer.from(service)]);
    const { bytes, error } = await rawCall(endpoint, '/grpc.health.v1.Health/Check', request);
    return error ? status[error.code] : bytes?.at(1);
  };

  it('answers anyone: a service serves once it is said to, and the whole when all do', async () => {
    const { server, endpoint } = await startDecisionServer();
    expect([await check(endpoint, DECISION), await check(endpoint, '')]).toEqual([NOT_SERVING, NOT_SERVING]);
    server.setServing(DECISION, true);
    expect([await check(endpoint, DECISION), await check(endpoint, '')]).toEqual([SERVING, SERVING]);
    server.setServing('belay.v1.AuditService', false);
    expect([await check(endpoint, DECISION), await check(endpoint, '')]).toEqual([SERVING, NOT_SERVING]);
    expect(await check(endpoint, 'belay.v1.Nothing')).toBe('NOT_FOUND');
  });

  it('tells watchers that the server stops, and does not wait for them', async () => {
    const { server, endpoint } = await startDecisionServer();
    server.setServing(DECISION, true);
    const client = new Client(endpoint, credentials.createInsecure());
    const same = (bytes: Buffer) => bytes;
    const watch = client.makeServerStreamRequest('/grpc.health.v1.Health/Watch', same, same, Buffer.alloc(0));
    const seen: unknown[] = [];
    watch.on('data', (bytes: Buffer) => seen.push(bytes.at(1)));
    watch.on('error', (error: { code: status }) => seen.push(status[error.code]));
    await eventually(() => expect(seen).toEqual([SERVING]));
    const start = performance.now();
    await server.stop(60_000);
    expect(performance.now() - start).toBeLessThan(5_000);
    await eventually(() => expect(seen).toEqual([SERVING, NOT_SERVING, 'UNAVAILABLE']));
    client.close();
  });
});

describe('reflection', () => {
  const dir = mkdtempSync(join(tmpdir(), 'belay-descriptors-'));
  const descriptorSetFile = join(dir, 'belay.binpb');
  beforeAll(() => {
    execFileSync('node_modules/.bin/buf', ['build', '--as-file-descriptor-set', '-o', descriptorSetFile]);
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  /** One question of the stream: a number for the kind of it, and a text. */
  const ask = (endpoint: string, field: number, text: string): Promise<string> => {
    const client = new Client(endpoint, credentials.createInsecure());
    const same = (bytes: Buffer) => bytes;
    const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
    const stream = client.makeBidiStreamRequest(path, same, same);
    stream.write(Buffer.concat([Buffer.from([(field << 3) | 2, text.length]), Buffer.from(text)]));
    return new Promise<string>((resolve, reject) => {
      stream.on('data', (bytes: Buffer) => resolve(bytes.toString('latin1')));
      stream.on('error', reject);
    }).finally(() => client.close());
  };
  const [BY_SYMBOL, LIST] = [4, 7];

  it('lists to anyone what is served, and nothing else', async () => {
    const { endpoint } = await startDecisionServer({}, { descriptorSetFile });
    const list = await ask(endpoint, LIST, '*');
    expect(list).toContain(DECISION);
    expect(list).not.toContain('AuditService');
  });

  it('describes the messages of a service, and those of other files in them', async () => {
    const { endpoint } = await startDecisionServer({}, { descriptorSetFile });
    const files = await ask(endpoint, BY_SYMBOL, DECISION);
    expect(files).toContain('EngageKillSwitchRequest');
    expect(files).toContain('belay/v1/control.proto');
    expect(files).toContain('google/protobuf/timestamp.proto');
  });

  it('is off without descriptions', async () => {
    const { endpoint } = await startDecisionServer();
    await expect(ask(endpoint, LIST, '*')).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
  });

  it.each(['none.binpb', 'broken.binpb'])(
    'keeps the server from starting with a bad file: %s',
    async (name) => {
      writeFileSync(join(dir, 'broken.binpb'), Buffer.from([0x0a, 0xff, 0x01, 0x00]));
      const start = startDecisionServer({}, { descriptorSetFile: join(dir, name) });
      await expect(start).rejects.toMatchObject({
        code: 'DESCRIPTORS_UNREADABLE',
        field: 'descriptorSetFile',
      });
    },
  );
});

describe('stop', () => {
  it('lets a call finish, and takes no new one', async () => {
    const [started, finish] = [deferred(), deferred()];
    const getControls = async () => {
      started.resolve();
      await finish.promise;
      return noControls;
    };
    const { server, clientOf } = await startDecisionServer({ getControls });
    const answer = clientOf('viewer').getControls({});
    await started.promise;
    const stopped = server.stop(60_000);
    await expect(clientOf('operator').getControls({})).rejects.toMatchObject({ kind: 'unavailable' });
    finish.resolve();
    expect(await answer).toEqual(noControls);
    await stopped;
  });

  it('cuts what is left when the time is up, and tells the handler', async () => {
    const clock = new ManualClock(new Date());
    const started = deferred<AbortSignal>();
    const { server, clientOf } = await startDecisionServer(
      {
        getControls: (_request, { signal }) => {
          started.resolve(signal);
          return new Promise(() => {});
        },
      },
      { clock },
    );
    const answer = clientOf('viewer')
      .getControls({})
      .catch((error: unknown) => error);
    const signal = await started.promise;
    const stopped = server.stop(5_000);
    await clock.advance(4_999);
    expect(signal.aborted).toBe(false);
    await clock.advance(1);
    await stopped;
    expect(await answer).toMatchObject({ kind: 'unavailable' });
    await eventually(() => expect(signal.aborted).toBe(true));
  });

  it('does not wait for peers that say nothing, talk nonsense, or do not hang up', async () => {
    const { server, endpoint, clientOf } = await startDecisionServer();
    const port = Number(endpoint.split(':')[1]);
    for (const text of ['', 'GET / HTTP/1.1\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']) {
      // Nobody reads from it, so that it does not notice its end.
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {});
      socket.write(text);
      await once(socket, 'connect');
    }
    await clientOf('viewer').getControls({});
    const start = performance.now();
    await server.stop(60_000);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('does nothing to a server that was never started', async () => {
    const callbacks = { onRefused: () => {}, onError: () => {} };
    const server = createGrpcServer({
      host: '127.0.0.1',
      port: 0,
      authenticator,
      clock: systemClock,
      ...callbacks,
    });
    await expect(server.stop(60_000)).resolves.toBeUndefined();
  });
});

describe('start', () => {
  it('says which address it could not have', async () => {
    const { endpoint } = await startDecisionServer();
    const port = Number(endpoint.split(':')[1]);
    await expect(startDecisionServer({}, { port })).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'LISTEN_FAILED',
      message: `cannot listen on ${endpoint}`,
    });
  });

  it('outlives peers that reset their connections', async () => {
    const { endpoint, clientOf } = await startDecisionServer();
    for (const text of ['', 'GET / HTTP/1.1\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']) {
      const socket = connect(Number(endpoint.split(':')[1]), '127.0.0.1').on('error', () => {});
      await once(socket, 'connect');
      socket.write(text, () => socket.resetAndDestroy());
      await once(socket, 'close');
    }
    expect(await clientOf('viewer').getControls({})).toEqual(noControls);
  });

  it('names an IPv6 endpoint as clients take it', async () => {
    const { endpoint, clientOf } = await startDecisionServer({}, { host: '::1' });
    expect(endpoint).toMatch(/^\[::1\]:\d+$/);
    expect(await clientOf('viewer').getControls({})).toBeDefined();
  });
});
