import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  request as httpRequest,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { BelayError, messageOf } from '#lib/errors.ts';
import type { KubernetesAccess } from './kubernetes-access.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'DELETE';
  readonly path: string;
  readonly body?: object;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

export type SendHttp = (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>;

const MAX_ANSWER_BYTES = 16 * 1_048_576;
/** Shorter than API servers and load balancers keep an idle connection. */
const IDLE_MS = 30_000;
const USER_AGENT = 'belay-executor';

/**
 * Requests to one API server. Rejects with `timeout` when the signal ended it and `unavailable` when there was
 * no whole answer: in both cases the request may have had its effect.
 */
export function kubernetesHttp(access: KubernetesAccess): SendHttp {
  const isTls = access.server.protocol === 'https:';
  const options = { keepAlive: true, timeout: IDLE_MS, scheduling: 'lifo' } as const;
  const agent = isTls ? new HttpsAgent(options) : new HttpAgent(options);
  const open = isTls ? httpsRequest : httpRequest;

  const start = ({ method, path, body }: HttpRequest, signal: AbortSignal): ClientRequest => {
    const { token, ...tls } = access.credentials();
    const content = body === undefined ? undefined : JSON.stringify(body);
    return open(new URL(join(access.server, path)), {
      method,
      signal,
      // An effect goes where the reads right before it went. Should the server close that connection in this
      // moment, its answer is lost, and it is looked for at the target: it is never sent twice.
      agent,
      headers: {
        accept: 'application/json',
        'user-agent': USER_AGENT,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(content !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(content),
        }),
      },
      ...tls,
    }).end(content);
  };

  return async (request, signal) => {
    for (let isRetry = false; ; isRetry = true) {
      const sent = start(request, signal);
      try {
        return await answerOf(sent);
      } catch (error) {
        const isStale = request.method === 'GET' && sent.reusedSocket && isReset(error);
        if (!isStale || isRetry) throw noAnswer(access.server, error, signal);
      }
    }
  };
}

function isReset(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ECONNRESET' || code === 'EPIPE';
}

/** The server's address may have a path of its own, as behind a gateway. */
function join(server: URL, path: string): string {
  return `${server.origin}${server.pathname.replace(/\/$/, '')}${path}`;
}

async function answerOf(sent: ClientRequest): Promise<HttpAnswer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.on('response', resolve).on('error', reject);
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') };
}

function noAnswer(server: URL, error: unknown, signal: AbortSignal): BelayError {
  if (error instanceof BelayError) return error;
  if (signal.aborted) {
    return new BelayError('timeout', `the cluster at ${server.host} did not answer in time`, {
      code: 'CLUSTER_TIMEOUT',
      cause: error,
    });
  }
  return new BelayError('unavailable', `the cluster at ${server.host} cannot be reached`, {
    code: 'CLUSTER_UNAVAILABLE',
    why: messageOf(error) || (error as NodeJS.ErrnoException).code || 'no reason given',
    next: 'look whether its API server is up and reachable from here',
    cause: error,
  });
}
