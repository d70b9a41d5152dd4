import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * A lock that one process on this machine can hold, until it closes it or ends. An abstract socket, because
 * the kernel takes it back however its holder ends: there is no stale lock.
 */
export async function tryLock(name: string): Promise<Server | undefined> {
  const digest = createHash('sha256').update(name).digest('hex');
  const server = createServer().listen(`\0belay-lab-${digest}`);
  server.unref();
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
}
