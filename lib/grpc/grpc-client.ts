import { type Client, type ClientOptions, Metadata, type ServiceError } from '@grpc/grpc-js';
import { systemClock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import { isLoopback } from '#lib/identity/loopback.ts';
import { callError } from './error-status.ts';
import { CLIENT_LIMITS, DEFAULT_TIMEOUT_MS, silenceGrpcLog } from './limits.ts';
import type { RequestOf, ResponseOf, ServiceMethod, ServiceMethods } from './service-methods.ts';
import { type ClientTrace, tracedCall, untraced } from './trace.ts';
import { type ClientTls, clientCredentials } from './transport.ts';

export interface GrpcClientOptions {
  /** host:port */
  readonly endpoint: string;
  readonly token?: string;
  /** Plaintext when absent. `{}` believes the authorities of the system. */
  readonly tls?: ClientTls;
  readonly timeoutMs?: number;
  readonly trace?: ClientTrace;
}

export interface CallOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly requestId?: string;
}

/** One async function per method, and `close`. Failures are BelayErrors, the server's own as it made them. */
export type GrpcClient<S extends ServiceMethods> = {
  readonly [K in keyof S]: (request: RequestOf<S[K]>, options?: CallOptions) => Promise<ResponseOf<S[K]>>;
} & { close(): void };

export interface ClientConstructor<S extends ServiceMethods> {
  new (endpoint: string, credentials: ReturnType<typeof clientCredentials>, options?: ClientOptions): Client;
  readonly service: S;
}

export function createGrpcClient<S extends ServiceMethods>(
  Constructor: ClientConstructor<S>,
  options: GrpcClientOptions,
): GrpcClient<S> {
  silenceGrpcLog();
  const host = hostOf(options.endpoint);
  checkToken(options, host);
  const client = new Constructor(options.endpoint, clientCredentials(options.tls), {
    ...CLIENT_LIMITS,
    // A proxy from the environment would carry what is for this machine only, the token too, off it.
    'grpc.enable_http_proxy': isLoopback(host) ? 0 : 1,
  });
  const methods = Object.entries(Constructor.service).map(([name, method]) => [
    name,
    (request: never, call: CallOptions = {}) => invoke(client, method, request, { ...options, ...call }),
  ]);
  return { ...Object.fromEntries(methods), close: () => client.close() } as GrpcClient<S>;
}

async function invoke(
  client: Client,
  { path, requestSerialize, responseDeserialize }: ServiceMethod,
  request: never,
  options: GrpcClientOptions & CallOptions,
): Promise<unknown> {
  const { endpoint, token, signal, requestId, timeoutMs = DEFAULT_TIMEOUT_MS, trace = untraced } = options;
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  if (requestId !== undefined) metadata.set('x-request-id', requestId);
  const setHeader = (name: string, value: string) => metadata.set(name, value);
  return trace({ ...tracedCall(path), endpoint, setHeader }, () => {
    const deadline = systemClock.now().getTime() + timeoutMs;
    return new Promise((resolve, reject) => {
      const settle = (error: ServiceError | null, response: unknown) => {
        signal?.removeEventListener('abort', cancel);
        if (error)
          reject(callError(error, { endpoint, path, timeoutMs, cancelled: signal?.aborted ?? false }));
        else resolve(response);
      };
      const call = client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        { deadline },
        settle,
      );
      const cancel = () => call.cancel();
      signal?.addEventListener('abort', cancel);
      if (signal?.aborted) cancel();
    });
  });
}

/** Nothing but host:port: the library knows other forms, in which the network could pass for loopback. */
function hostOf(endpoint: string): string {
  const [, ipv6, host] = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+)):\d{1,5}$/i.exec(endpoint) ?? [];
  const found = ipv6 ?? host;
  if (found !== undefined) return found;
  throw new BelayError('invalid', `${endpoint} is not host:port`, {
    code: 'ENDPOINT_INVALID',
    field: 'endpoint',
  });
}

function checkToken({ token, tls, endpoint }: GrpcClientOptions, host: string): void {
  if (token === undefined) return;
  if (!/^[\x21-\x7e]+$/.test(token)) {
    // Here, because the library would quote it.
    throw new BelayError('invalid', 'the token holds characters that no token has', {
      code: 'TOKEN_MALFORMED',
      field: 'token',
      next: 'look for a line break or a blank that was copied along',
    });
  }
  if (tls || isLoopback(host)) return;
  throw new BelayError('invalid', `the token would go to ${endpoint} readable by the network`, {
    code: 'TOKEN_IN_THE_CLEAR',
    field: 'tls',
    next: 'connect with TLS; plaintext is for this machine only',
  });
}
