import { SpanKind } from '@opentelemetry/api';
import { BelayError, type ErrorKind } from '#lib/errors.ts';
import type { BelayMetrics } from './metrics.ts';
import { parentFrom, traceHeaders } from './propagation.ts';
import { withSpan } from './with-span.ts';

interface Call {
  /** belay.v1.DecisionService */
  readonly service: string;
  readonly method: string;
}
type ServedCall = Call & { header(name: string): string | undefined };
type SentCall = Call & { setHeader(name: string, value: string): void };

/** Around each call of a server: a span that continues the caller's, and the count of calls. */
export function grpcServerTrace(metrics: Pick<BelayMetrics, 'grpcRequests'>, service: string) {
  return async <T>(call: ServedCall, next: () => Promise<T>): Promise<T> => {
    const count = (code: string) => metrics.grpcRequests.add(1, { service, method: call.method, code });
    const parent = parentFrom((name) => call.header(name));
    try {
      const answer = await withSpan(
        nameOf(call),
        { kind: SpanKind.SERVER, parent, attributes: rpc(call) },
        next,
      );
      count('OK');
      return answer;
    } catch (error) {
      count(STATUS_NAME[error instanceof BelayError ? error.kind : 'internal']);
      throw error;
    }
  };
}

/** Around each call of a client: a span that the server's continues. */
export function grpcClientTrace<T>(call: SentCall, next: () => Promise<T>): Promise<T> {
  return withSpan(nameOf(call), { kind: SpanKind.CLIENT, attributes: rpc(call) }, () => {
    for (const [name, value] of Object.entries(traceHeaders())) call.setHeader(name, value);
    return next();
  });
}

/** As lib/grpc answers them. */
const STATUS_NAME: Readonly<Record<ErrorKind, string>> = {
  invalid: 'INVALID_ARGUMENT',
  not_found: 'NOT_FOUND',
  conflict: 'FAILED_PRECONDITION',
  unauthenticated: 'UNAUTHENTICATED',
  forbidden: 'PERMISSION_DENIED',
  unavailable: 'UNAVAILABLE',
  timeout: 'DEADLINE_EXCEEDED',
  internal: 'INTERNAL',
};

const nameOf = ({ service, method }: Call): string => `${service}/${method}`;

const rpc = ({ service, method }: Call) => ({
  'rpc.system': 'grpc',
  'rpc.service': service,
  'rpc.method': method,
});
