import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Clock } from '#lib/clock.ts';
import type { ApiFaults, FaultEffect } from '../api-faults.ts';
import { OUTAGE_ANNOTATION, parseDurationMs } from '../kubelet/play.ts';
import type { ObjectStore } from '../object-store.ts';
import type { RequestLog, SandboxRequest } from '../request-log.ts';
import { type Answer, answerRequest } from './answer.ts';
import { authenticate, authorize, type SandboxUser } from './authorize.ts';
import { discover } from './discovery.ts';
import { readBody, sendJson, wantsTable } from './http-messages.ts';
import { type ApiRequest, parseRequest, placeOfRequest } from './requests.ts';
import { ApiError, failureStatus } from './status.ts';
import { streamWatch } from './stream-watch.ts';

export interface ApiContext {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly faults: ApiFaults;
  readonly log: RequestLog;
  /** By their tokens. */
  readonly users: ReadonlyMap<string, SandboxUser>;
}

/** One request on its way. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly user: SandboxUser;
  /** Undefined for what is not about objects. */
  readonly asked: ApiRequest | undefined;
  readonly path: string;
}

const HEALTH = ['/healthz', '/livez', '/readyz'];

export function serveApi(context: ApiContext): RequestListener {
  return (request, response) => {
    const [path = '', query] = (request.url ?? '').split('?', 2);
    if (HEALTH.includes(path)) {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
      return;
    }
    const at = context.clock.now();
    const verb = request.method?.toLowerCase() ?? '';
    try {
      const user = authenticate(context.users, request.headers.authorization);
      const asked = parseRequest(request.method ?? '', path, new URLSearchParams(query));
      const { namespace, name } = asked ?? {};
      const resource = asked?.resource.plural ?? path;
      const entry = { at, user: user.name, verb: asked?.verb ?? verb, resource, namespace, name };
      void serve(context, { request, response, user, asked, path }, entry);
    } catch (error) {
      const { status, body } = failureOf(error);
      const entry = { at, user: '', verb, resource: path, namespace: undefined, name: undefined };
      context.log.add({ ...entry, status, answered: true });
      sendJson(response, status, body);
    }
  };
}

async function serve(
  context: ApiContext,
  exchange: Exchange,
  entry: Omit<SandboxRequest, 'status' | 'answered'>,
): Promise<void> {
  const { clock, log, faults } = context;
  const { request, response, asked } = exchange;
  const met = faults.take(entry.verb, entry.resource);
  const effect = met?.fault.effect;
  if (effect === 'reset') {
    log.add({ ...entry, status: undefined, answered: false });
    request.socket.destroy();
    return;
  }
  const answer = await resultOf(context, exchange, met?.fault);
  const isLost = effect === 'answer-lost' || answer.outageMs > 0;
  log.add({ ...entry, status: answer.status, answered: !isLost });
  if (answer.outageMs > 0) void faults.outage(clock, answer.outageMs);
  if (isLost) {
    request.socket.destroy();
    return;
  }
  if (met?.fault.effect === 'answer-delayed') await clock.sleep(met.fault.delayMs, met.lifted);
  if (asked?.verb === 'watch' && answer.status === 200) streamWatch(context, asked, request, response);
  else sendJson(response, answer.status, answer.body);
}

interface Result extends Answer {
  /** For how long nobody is answered from now on. */
  readonly outageMs: number;
}

async function resultOf(
  { store, clock }: ApiContext,
  { request, user, asked, path }: Exchange,
  fault: FaultEffect | undefined,
): Promise<Result> {
  try {
    if (asked) authorize(user, asked);
    if (fault?.effect === 'error') throw new ApiError(500, 'InternalError', 'a fault that was asked for');
    if (!asked) return { status: 200, body: discover(request.method, path), outageMs: 0 };
    const body = await readBody(request);
    const outageMs = outageBehind(asked, store);
    return { ...answerRequest(asked, body, { store, clock, asTable: wantsTable(request) }), outageMs };
  } catch (error) {
    return { ...failureOf(error), outageMs: 0 };
  }
}

function outageBehind(asked: ApiRequest, store: ObjectStore): number {
  if (asked.verb !== 'delete' || asked.resource.plural !== 'pods') return 0;
  const annotations = store.get('pods', placeOfRequest(asked))?.metadata.annotations;
  return parseDurationMs(annotations?.[OUTAGE_ANNOTATION], 0);
}

function failureOf(error: unknown): Answer {
  const known =
    error instanceof ApiError ? error : new ApiError(500, 'InternalError', 'a bug of the sandbox');
  return { status: known.code, body: failureStatus(known) };
}
