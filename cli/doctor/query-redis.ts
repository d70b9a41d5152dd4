import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { BelayError, messageOf } from '#lib/errors.ts';

interface QueryOptions {
  readonly timeoutMs: number;
  readonly tls?: ConnectionOptions;
}

type Reply = string | readonly Reply[] | RedisRefusal;

class RedisRefusal extends Error {}

/**
 * A few commands in one go, in the protocol itself: the driver is at home in the services, and brings
 * reconnecting and queueing that a single look does not want.
 */
export async function queryRedis(
  url: URL,
  commands: readonly (readonly string[])[],
  options: QueryOptions,
): Promise<readonly Reply[]> {
  const login = loginOf(url);
  const all = [...login, ...commands];
  const socket = open(url, options.tls);
  // An error without a listener would end the process; the loop below reports it.
  socket.on('error', () => {});
  socket.setTimeout(options.timeoutMs, () => socket.destroy(timeout(options.timeoutMs)));
  try {
    socket.write(all.map(encode).join(''));
    const replies = await repliesFrom(socket, all.length);
    const refused = replies.find((reply) => reply instanceof RedisRefusal);
    if (refused) throw refusal(refused.message);
    return replies.slice(login.length);
  } catch (error) {
    throw error instanceof BelayError ? error : unreachable(error);
  } finally {
    socket.destroy();
  }
}

function open(url: URL, tls: ConnectionOptions | undefined): Socket {
  const at = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 6379) };
  return url.protocol === 'rediss:' || tls ? connectTls({ servername: at.host, ...tls, ...at }) : connect(at);
}

function loginOf({ username, password }: URL): string[][] {
  if (password === '') return [];
  const parts = username === '' ? [password] : [username, password];
  return [['AUTH', ...parts.map(decodeURIComponent)]];
}

function encode(command: readonly string[]): string {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
  return `*${command.length}\r\n${parts.join('')}`;
}

async function repliesFrom(socket: Socket, count: number): Promise<Reply[]> {
  let received = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    received = Buffer.concat([received, chunk]);
    const replies = parseAll({ text: received.toString('latin1'), at: 0 }, count);
    if (replies) return replies;
  }
  throw new Error('it closed the connection');
}

/** Undefined while something is missing: then all of it is read again with what comes next. */
function parseAll(cursor: Cursor, count: number): Reply[] | undefined {
  const replies: Reply[] = [];
  while (replies.length < count) {
    const reply = parseOne(cursor);
    if (reply === undefined) return undefined;
    replies.push(reply);
  }
  return replies;
}

interface Cursor {
  readonly text: string;
  at: number;
}

function parseOne(cursor: Cursor): Reply | undefined {
  const end = cursor.text.indexOf('\r\n', cursor.at);
  if (end === -1) return undefined;
  const kind = cursor.text[cursor.at];
  const line = cursor.text.slice(cursor.at + 1, end);
  cursor.at = end + 2;
  switch (kind) {
    case '+':
      return line;
    case '-':
      return new RedisRefusal(line);
    case '$':
      return parseBulk(cursor, Number(line));
    case '*':
      return parseAll(cursor, Number(line));
    default:
      throw new BelayError('invalid', 'what answers there is no Redis', { code: 'NOT_REDIS' });
  }
}

function parseBulk(cursor: Cursor, length: number): Reply | undefined {
  if (cursor.text.length < cursor.at + length + 2) return undefined;
  const text = cursor.text.slice(cursor.at, cursor.at + length);
  cursor.at += length + 2;
  return text;
}

function refusal(answer: string): BelayError {
  const isLogin = /^(NOAUTH|WRONGPASS|NOPERM)/.test(answer);
  return new BelayError(isLogin ? 'unauthenticated' : 'internal', `Redis refuses: ${answer}`, {
    code: 'REDIS_REFUSED',
    next: isLogin
      ? 'check the name and password in guardrails.url, and that TIME and INFO are allowed'
      : 'see its log',
  });
}

const timeout = (timeoutMs: number) =>
  new BelayError('timeout', `no answer within ${timeoutMs / 1_000} s`, { code: 'NO_ANSWER' });

function unreachable(error: unknown): BelayError {
  const reason = (error as NodeJS.ErrnoException).code ?? messageOf(error);
  return new BelayError('unavailable', `does not answer: ${reason}`, { code: 'REDIS_UNREACHABLE' });
}
