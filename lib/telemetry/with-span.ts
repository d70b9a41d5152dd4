import {
  type Attributes,
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  ProxyTracer,
  type Span,
  type SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { BelayError, messageOf } from '#lib/errors.ts';
import { redactText } from '#lib/logger/redact-text.ts';

export interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** [the span that runs now] */
  readonly parent?: Context;
}

/** Runs within a span, which ends with it and takes note of its failure. */
export function withSpan<T>(name: string, options: SpanOptions, run: (span: Span) => Promise<T>): Promise<T> {
  if (!isTracing()) return run(NO_SPAN);
  const { parent = context.active(), ...rest } = options;
  return trace.getTracer('belay').startActiveSpan(name, rest, parent, (span) => {
    // Not sampled: nobody would read the rest.
    return span.isRecording() ? recorded(span, run) : run(span);
  });
}

/** Whether spans go anywhere. Where gathering what they need costs something, ask first. */
export function isTracing(): boolean {
  // The API hands its stand-in out until a provider is registered.
  return !(trace.getTracer('belay') instanceof ProxyTracer);
}

const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

async function recorded<T>(span: Span, run: (span: Span) => Promise<T>): Promise<T> {
  try {
    return await run(span);
  } catch (error) {
    recordFailure(span, error);
    throw error;
  } finally {
    span.end();
  }
}

export function recordFailure(span: Span, thrown: unknown): void {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const message = redactText(messageOf(error));
  span.setAttribute('error.type', error instanceof BelayError ? error.code : error.name);
  span.recordException({ name: error.name, message, stack: redactText(error.stack ?? '') });
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}
