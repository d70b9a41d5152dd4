import { SpanKind } from '@opentelemetry/api';
import { parentFrom } from './propagation.ts';
import { withSpan } from './with-span.ts';

/** A span around a request, named after its route (`POST /v1/alerts`): paths with ids in them have no end. */
export function traceHttp<T>(
  route: string,
  header: (name: string) => string | undefined,
  run: () => Promise<T>,
): Promise<T> {
  const attributes = { 'http.route': route };
  return withSpan(route, { kind: SpanKind.SERVER, parent: parentFrom(header), attributes }, run);
}
