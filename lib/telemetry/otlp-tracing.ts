import { context, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node';

export interface OtlpOptions {
  readonly endpoint: string;
  readonly sampleRatio: number;
  readonly resource: Readonly<Record<string, string>>;
}

/** Well within the drain of a service: a collector that is away must not hold up its end. */
const EXPORT_TIMEOUT_MS = 3_000;

/** Spans to a collector from here on. This module alone loads the tracing SDK: import it dynamically. */
export function startOtlpTracing({ endpoint, sampleRatio, resource }: OtlpOptions): () => Promise<void> {
  const exporter = new OTLPTraceExporter({ url: tracesUrl(endpoint), timeoutMillis: EXPORT_TIMEOUT_MS });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes(resource),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanProcessors: [new BatchSpanProcessor(exporter, { exportTimeoutMillis: EXPORT_TIMEOUT_MS })],
  });
  // No propagator: ours carries traceparent alone, the default one would also pass on what callers put in baggage.
  provider.register({ propagator: null });
  return async () => {
    await provider.shutdown();
    trace.disable();
    context.disable();
  };
}

function tracesUrl(endpoint: string): string {
  const url = new URL(endpoint);
  if (!url.pathname.endsWith('/v1/traces')) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`;
  return url.href;
}
