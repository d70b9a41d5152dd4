import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Clock } from '#lib/clock.ts';
import { BelayError, messageOf } from '#lib/errors.ts';
import type { Identity } from '#lib/identity/identity.ts';
import type { Logger } from '#lib/logger.ts';
import { traceHttp } from '#lib/telemetry/http-hooks.ts';
import type { HttpAnswer, HttpRoute } from '../handlers/http-routes.ts';
import { httpError } from './http-error.ts';
import { admit, type GateOptions } from './http-gate.ts';
import { type HttpTransport, httpTls } from './http-transport.ts';
import { rateLimiter } from './rate-limiter.ts';
import { readJson } from './read-json.ts';

export interface HttpServerOptions extends HttpTransport, Pick<GateOptions, 'authenticator' | 'onRefused'> {
  /** 0: any that is free. */
  readonly port: number;
  /** From the last byte of a request to its answer. */
  readonly timeoutMs: number;
  /** Of one caller. */
  readonly maxRequestsPerSecond: number;
  readonly routes: readonly HttpRoute[];
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface HttpServer {
  /** host:port, once it listens. */
  start(): Promise<string>;
  /** Takes no new request, gives the answers in hand, then cuts what is left. */
  stop(graceMs: number): Promise<void>;
}

const MAX_BODY_BYTES = 262_144;
const MAX_CONNECTIONS = 1_000;
const LIMITS = {
  bodyLimit: MAX_BODY_BYTES,
  requestTimeout: 10_000,
  keepAliveTimeout: 30_000,
  http: { maxHeaderSize: 16_384, headersTimeout: 5_000 },
};

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { clock, host, port } = options;
  const app = newApp(options);
  let closing = false;
  app.setErrorHandler(answerError(options));
  app.addHook('onRequest', async (request) => {
    if (closing) throw stopping();
    if (request.is404) throw nothingHere();
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    if (closing) reply.header('connection', 'close');
  });
  readBodies(app);
  const gate = { ...options, isAllowed: rateLimiter(options.maxRequestsPerSecond, clock) };
  for (const route of options.routes) addRoute(app, route, options, gate);

  return {
    start: async () => {
      try {
        await app.listen({ host, port });
      } catch (error) {
        throw cannotListen(`${host}:${port}`, error);
      }
      app.server.maxConnections = MAX_CONNECTIONS;
      const bound = (app.server.address() as AddressInfo).port;
      return host.includes(':') ? `[${host}]:${bound}` : `${host}:${bound}`;
    },
    stop: async (graceMs) => {
      closing = true;
      const closed = new AbortController();
      void clock.sleep(graceMs, closed.signal).then(() => app.server.closeAllConnections());
      await app.close();
      closed.abort();
    },
  };
}

function newApp(options: HttpServerOptions): FastifyInstance {
  const https = httpTls(options);
  const common = {
    ...LIMITS,
    logger: false,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    frameworkErrors: answerError(options),
    genReqId: ({ headers }: { headers: Record<string, unknown> }) => requestIdOf(headers['x-request-id']),
  };
  if (!https) return fastify(common);
  return fastify({ ...common, https: { ...LIMITS.http, ...https } });
}

function requestIdOf(given: unknown): string {
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
}

function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: unknown, body: Buffer) => readJson(body),
  );
}

function addRoute(
  app: FastifyInstance,
  route: HttpRoute,
  options: HttpServerOptions,
  gate: GateOptions,
): void {
  const actors = new WeakMap<FastifyRequest, Identity>();
  app.route({
    method: 'POST',
    url: route.path,
    onRequest: async (request) => {
      actors.set(request, await admit(request.raw, route, gate));
    },
    handler: async (request, reply) => {
      // Cannot be, and must not be: nothing runs for a request that came around the gate.
      const actor = actors.get(request);
      if (!actor) throw new Error('a request was not admitted');
      const params = request.params as Readonly<Record<string, string>>;
      const header = (name: string) => request.headers[name]?.toString();
      const run = () => route.handle({ params, body: request.body, actor });
      const { status, body } = await inTime(traceHttp(`POST ${route.path}`, header, run), options);
      return reply.status(status).send(body);
    },
  });
  app.route({
    method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: route.path,
    onRequest: () => Promise.reject(onlyPost(route.path)),
    handler: async () => {},
  });
}

/** What was begun goes on unheard; who asks again is told what came of it. */
async function inTime(
  answer: Promise<HttpAnswer>,
  { clock, timeoutMs }: HttpServerOptions,
): Promise<HttpAnswer> {
  const answered = new AbortController();
  const late = clock.sleep(timeoutMs, answered.signal).then(() => undefined);
  try {
    const first = await Promise.race([answer, late]);
    if (first) return first;
    answer.catch(() => {});
    throw tooLate(timeoutMs);
  } finally {
    answered.abort();
  }
}

/** Every refusal and every failure, also those from before there is a route. */
function answerError({ logger }: HttpServerOptions) {
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const { status, headers, body } = httpError(thrown, request.id);
    if (status === 500) logger.error({ err: thrown, requestId: request.id }, 'a request failed');
    // Refused unread: the rest of it is not waited for.
    if (request.body === undefined) reply.header('connection', 'close');
    void reply.status(status).headers(headers).send(body);
  };
}

function nothingHere(): BelayError {
  return new BelayError('not_found', 'there is nothing at this path', {
    code: 'PATH_UNKNOWN',
    next: 'POST /v1/incidents, or POST /v1/incidents/{id}/resolve',
  });
}

function onlyPost(path: string): BelayError {
  return new BelayError('invalid', `${path} takes nothing but POST`, { code: 'METHOD_NOT_ALLOWED' });
}

function stopping(): BelayError {
  return new BelayError('unavailable', 'the server stops', {
    code: 'STOPPING',
    next: 'send it again: another instance takes it',
  });
}

function tooLate(timeoutMs: number): BelayError {
  return new BelayError('timeout', `there was no answer within ${timeoutMs} ms`, {
    code: 'DEADLINE_PASSED',
    why: 'the log or the episode store does not answer; what was begun may still take effect',
    next: 'send it again: it has the same incident id then',
  });
}

function cannotListen(where: string, error: unknown): BelayError {
  return new BelayError('unavailable', `cannot listen on ${where}`, {
    code: 'LISTEN_FAILED',
    field: 'http.port',
    why: messageOf(error),
    next: 'stop what listens there, or set http.host and http.port to an address that is free',
    cause: error,
  });
}
