import { SpanKind } from '@opentelemetry/api';
import { withSpan } from './with-span.ts';

/** A span around a request to a target: by what is asked of it, without names of objects. */
export function traceTarget<T>(what: string, run: () => Promise<T>): Promise<T> {
  return withSpan(what, { kind: SpanKind.CLIENT }, run);
}
