import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Server, ServerCredentials } from '@grpc/grpc-js';
import type { Clock } from '#lib/clock.ts';
import { BelayError, messageOf } from '#lib/errors.ts';
import { MAX_CONNECTIONS } from './limits.ts';

const FLUSH_MS = 500;

export interface Listener {
  listen(host: string, port: number): Promise<{ readonly port: number; readonly endpoint: string }>;
  close(graceMs: number, clock: Clock): Promise<void>;
}

/**
 * Accepts connections for the server. Left to the library, a peer that connects and says nothing, or does not
 * hang up, is on no list, and a stop waits for it for ever.
 */
export function createListener(server: Server, credentials: ServerCredentials): Listener {
  const sockets = new Set<Socket>();
  const library = server.createConnectionInjector(credentials);
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A reset ends the connection, whoever holds it by then. It must not end the process.
    socket.on('error', () => socket.destroy());
    library.injectConnection(socket);
  });
  listener.maxConnections = MAX_CONNECTIONS;
  // Without descriptors left, a connection cannot be taken; that is no reason to drop the others.
  listener.on('error', () => {});

  return {
    listen: async (host, port) => {
      try {
        listener.listen(port, host);
        await once(listener, 'listening');
      } catch (error) {
        throw cannotListen(authority(host, port), error);
      }
      const address = listener.address();
      const bound = typeof address === 'object' && address ? address.port : port;
      return { port: bound, endpoint: authority(host, bound) };
    },
    close: async (graceMs, clock) => {
      const closed = new AbortController();
      const drained = new AbortController();
      const listenerClosed = new Promise<void>((resolve) => listener.close(() => resolve()));
      void listenerClosed.then(() => closed.abort());
      server.tryShutdown(() => drained.abort());
      await clock.sleep(graceMs, drained.signal);
      // The last answers are given, but may be on their way out; whoever hangs on after that has had them.
      if (drained.signal.aborted) await clock.sleep(FLUSH_MS, closed.signal);
      for (const socket of sockets) socket.destroy();
      await listenerClosed;
    },
  };
}

function authority(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function cannotListen(where: string, error: unknown): BelayError {
  return new BelayError('unavailable', `cannot listen on ${where}`, {
    code: 'LISTEN_FAILED',
    field: 'port',
    why: messageOf(error),
    cause: error,
  });
}
