import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { queryRedis } from './query-redis.ts';

let server: Server;
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
});

/** Answers with these bytes, chunk by chunk, whatever it is asked. */
async function answering(...chunks: string[]): Promise<{ url: URL; asked: () => string }> {
  let asked = '';
  server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    socket.setNoDelay().on('data', (data) => (asked += String(data)));
    socket.once('data', () => send(socket, chunks));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`redis://me:p%40ss@127.0.0.1:${(server.address() as AddressInfo).port}/0`);
  return { url, asked: () => asked };
}

function send(socket: Socket, [chunk, ...rest]: readonly string[]): void {
  if (chunk !== undefined) socket.write(chunk, () => setImmediate(() => send(socket, rest)));
}

const TIME = [['TIME']];
const OK = '+OK\r\n';
const ANSWER = '*2\r\n$10\r\n1800000000\r\n$3\r\n500\r\n';

describe('a question to Redis', () => {
  it('signs in and is answered', async () => {
    const { url, asked } = await answering(OK + ANSWER);
    expect(await queryRedis(url, TIME, { timeoutMs: 2_000 })).toEqual([['1800000000', '500']]);
    expect(asked()).toBe('*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$4\r\np@ss\r\n*1\r\n$4\r\nTIME\r\n');
  });

  it('does not care where the network cuts the answer', async () => {
    const { url } = await answering(...Array.from(OK + ANSWER));
    expect(await queryRedis(url, TIME, { timeoutMs: 5_000 })).toEqual([['1800000000', '500']]);
  });

  it.each([
    ['-WRONGPASS invalid username-password pair\r\n-NOAUTH Authentication required.\r\n', 'unauthenticated'],
    [`${OK}-ERR unknown command\r\n`, 'internal'],
    ['HTTP/1.1 400 Bad Request\r\n\r\n', 'invalid'],
  ])('answered with %j is %s', async (answer, kind) => {
    const { url } = await answering(answer);
    await expect(queryRedis(url, TIME, { timeoutMs: 2_000 })).rejects.toMatchObject({ kind });
  });

  it('that is never answered ends in time', async () => {
    const { url } = await answering(OK);
    await expect(queryRedis(url, TIME, { timeoutMs: 100 })).rejects.toMatchObject({ kind: 'timeout' });
  });

  it('to nobody is unavailable', async () => {
    const { url } = await answering();
    server.close();
    await expect(queryRedis(url, TIME, { timeoutMs: 2_000 })).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'does not answer: ECONNREFUSED',
    });
  });

  it('never shows the password', async () => {
    const { url } = await answering('-ERR no\r\n-ERR no\r\n');
    const error: unknown = await queryRedis(url, TIME, { timeoutMs: 2_000 }).catch(
      (thrown: unknown) => thrown,
    );
    expect(String(error)).not.toMatch(/p@ss|p%40ss/);
  });
});
