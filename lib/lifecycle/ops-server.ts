import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '#lib/clock.ts';
import { BelayError, messageOf } from '#lib/errors.ts';
import type { Logger } from '#lib/logger.ts';
import type { Component, HealthCheck } from './component.ts';
import type { ProcessState } from './process-state.ts';
import { checkRunner } from './run-checks.ts';

export interface OpsServerOptions {
  readonly host: string;
  readonly port: number;
  readonly state: ProcessState;
  readonly checks: () => readonly HealthCheck[];
  readonly metrics: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly logger: Logger;
  readonly clock?: Clock;
}

export interface OpsServer extends Component {
  /** The port it listens on, once started. */
  port(): number;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** Small limits, as only probes and scrapers come here, and without signing in. */
const LIMITS = {
  maxHeaderSize: 8_192,
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  keepAliveTimeout: 5_000,
};
const MAX_CONNECTIONS = 100;

/** Liveness, readiness and metrics. Start it first and stop it last, so that probes see the rest come and go. */
export function opsServer(options: OpsServerOptions): OpsServer {
  const routes = routesOf(options);
  const server = createServer(
    LIMITS,
    (request, response) => void answer(request, response, routes, options.logger),
  );
  server.maxConnections = MAX_CONNECTIONS;
  return {
    name: 'ops server',
    port: () => (server.address() as AddressInfo).port,
    start: () => listen(server, options),
    stop: () => close(server),
  };
}

function routesOf({
  state,
  checks,
  metrics,
  clock = systemClock,
}: OpsServerOptions): ReadonlyMap<string, Handler> {
  const runChecks = checkRunner(checks, clock);
  return new Map<string, Handler>([
    [
      '/livez',
      (_, response) => json(response, state.live() ? 200 : 503, { live: state.live(), phase: state.phase }),
    ],
    [
      '/readyz',
      async (_, response) => {
        const outcomes = await runChecks();
        // Read after the checks: what they took their time for may be over.
        const all = [{ name: 'process', ...state.readiness() }, ...outcomes];
        const ready = all.every(({ ok }) => ok);
        json(response, ready ? 200 : 503, { ready, checks: all });
      },
    ],
    ['/metrics', metrics],
  ]);
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  routes: ReadonlyMap<string, Handler>,
  logger: Logger,
): Promise<void> {
  try {
    const route = routes.get((request.url ?? '').replace(/\?.*/s, ''));
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return refuse(response, 405, 'only GET and HEAD');
    }
    if (hasBody(request)) return refuse(response, 413, 'no body is read here');
    if (!route) return refuse(response, 404, `nothing here, try ${[...routes.keys()].join(', ')}`);
    await route(request, response);
  } catch (error) {
    logger.error({ err: error, path: request.url }, 'the ops server cannot answer');
    if (response.headersSent) response.destroy();
    else json(response, 500, { error: 'failed, the log says why' });
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** The connection goes with it: on the next request of the same one there could be what was not read. */
function refuse(response: ServerResponse, status: number, error: string): void {
  response.setHeader('connection', 'close');
  json(response, status, { error });
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}

function listen(server: Server, { host, port }: OpsServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)));
    server.listen(port, host, () => resolve());
  });
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): BelayError {
  const inUse = error.code === 'EADDRINUSE';
  return new BelayError(inUse ? 'unavailable' : 'invalid', `cannot listen on ${host}:${port}`, {
    code: inUse ? 'PORT_IN_USE' : 'CANNOT_LISTEN',
    field: 'ops.port',
    why: inUse ? 'another process listens there' : messageOf(error),
    next: 'stop the other process, or set ops.host and ops.port to an address that is free',
    cause: error,
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // A scraper's idle connection would keep it open for as long as the scraper likes.
    server.closeAllConnections();
  });
}
