import { type Context, context, isSpanContextValid, ROOT_CONTEXT, trace } from '@opentelemetry/api';

/** W3C trace context, in the headers of records, calls and requests. */
const HEADER = 'traceparent';
const FORMAT = /^(?!ff)([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.{0,256})?$/;

/** The headers that continue the span that runs now; none without one. */
export function traceHeaders(from: Context = context.active()): Readonly<Record<string, string>> {
  const span = trace.getSpanContext(from);
  if (!span || !isSpanContextValid(span)) return {};
  const flags = (span.traceFlags & 0xff).toString(16).padStart(2, '0');
  return { [HEADER]: `00-${span.traceId}-${span.spanId}-${flags}` };
}

/** The sender's context. What is malformed is ignored, as it comes from outside: a new trace begins. */
export function parentFrom(header: (name: string) => string | Buffer | undefined): Context {
  const [, version, traceId = '', spanId = '', flags = '', more] = FORMAT.exec(String(header(HEADER))) ?? [];
  const span = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  // Later versions may add fields; the first has none.
  const isWellFormed = isSpanContextValid(span) && !(version === '00' && more !== undefined);
  return isWellFormed ? trace.setSpanContext(ROOT_CONTEXT, span) : ROOT_CONTEXT;
}

/** For the headers of a record. */
export function parentFromRecord(headers: Readonly<Record<string, Buffer>>): Context {
  return parentFrom((name) => headers[name]);
}
