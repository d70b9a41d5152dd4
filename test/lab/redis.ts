import { connect } from 'node:net';
import { requireCommand } from './cache.ts';
import { freePort } from './free-port.ts';
import { type LabServer, startServer } from './server.ts';
import { createWorkspace } from './workspace.ts';

export interface RedisOptions {
  /** `aof`: every write is in the append-only file before it is answered, and survives a SIGKILL. */
  readonly persistence?: 'none' | 'aof';
  /** More arguments for redis-server; they win over the lab's own. */
  readonly args?: readonly string[];
}

export interface LabRedis extends LabServer {
  readonly port: number;
}

/** Endpoint: a redis:// URL. */
export async function startRedis({ persistence = 'none', args = [] }: RedisOptions = {}): Promise<LabRedis> {
  const port = await freePort();
  const workspace = createWorkspace('redis');
  const settings = {
    port: `${port}`,
    bind: '127.0.0.1',
    dir: workspace.dataFolder,
    save: '',
    appendonly: persistence === 'aof' ? 'yes' : 'no',
    appendfsync: 'always',
    'maxmemory-policy': 'noeviction',
  };
  const server = await startServer({
    name: 'redis',
    endpoint: `redis://127.0.0.1:${port}`,
    command: requireCommand('redis-server'),
    args: [...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]), ...args],
    workspace,
    ready: (signal) => ping(port, signal),
  });
  return Object.assign(server, { port });
}

/** The bare protocol: while it loads its data, Redis accepts connections and answers with -LOADING. */
async function ping(port: number, signal: AbortSignal): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', signal });
  try {
    socket.write('PING\r\n');
    for await (const answer of socket) {
      if (String(answer).startsWith('+PONG')) return;
      throw new Error(String(answer));
    }
    throw new Error('connection closed');
  } finally {
    socket.destroy();
  }
}
