import { SpanKind, trace } from '@opentelemetry/api';
import { recordFailure, withSpan } from './with-span.ts';

/** A statement that has ended. Its text goes into the trace, its parameters never do. */
export interface FinishedQuery {
  readonly sql: string;
  readonly durationMs: number;
  readonly error?: unknown;
}

/**
 * A span after the fact. Only within another: the polls of idle workers would each be a trace of their own.
 */
export function traceQuery({ sql, durationMs, error }: FinishedQuery): void {
  if (!trace.getActiveSpan()?.isRecording()) return;
  const endMs = Date.now();
  const operation = /^\s*(\w+)/.exec(sql)?.[1]?.toUpperCase() ?? 'SQL';
  const span = trace.getTracer('belay').startSpan(operation, {
    kind: SpanKind.CLIENT,
    startTime: endMs - durationMs,
    attributes: { 'db.system.name': 'postgresql', 'db.query.text': sql },
  });
  if (error !== undefined) recordFailure(span, error);
  span.end(endMs);
}

/** A span around a command, by its name alone: keys and arguments stay out. Only within another, as above. */
export function traceRedis<T>(command: string, run: () => Promise<T>): Promise<T> {
  if (!trace.getActiveSpan()?.isRecording()) return run();
  const attributes = { 'db.system.name': 'redis', 'db.operation.name': command };
  return withSpan(command, { kind: SpanKind.CLIENT, attributes }, run);
}
