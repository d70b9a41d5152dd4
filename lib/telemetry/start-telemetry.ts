import { DiagLogLevel, diag, type Meter, type Tracer, trace } from '@opentelemetry/api';
import { type Clock, systemClock } from '#lib/clock.ts';
import type { TelemetryConfig } from '#lib/config/sections.ts';
import { messageOf } from '#lib/errors.ts';
import type { Logger } from '#lib/logger.ts';
import { belayMetrics } from './metrics.ts';
import { type MetricsHandler, prometheusMetrics } from './prometheus.ts';

export interface TelemetryOptions {
  readonly service: string;
  readonly version: string;
  /** Told when spans or metrics cannot be delivered, at most once a minute. */
  readonly logger: Logger;
  readonly clock?: Clock;
}

export interface Telemetry {
  readonly metrics: Meter;
  readonly tracer: Tracer;
  /** For the ops server, which serves them. */
  readonly metricsHandler: MetricsHandler;
  /** Delivers what is left, for some seconds at most. Never rejects: lost spans are no reason to fail. */
  shutdown(): Promise<void>;
}

/** Once a process: traces go through the global API. Without an endpoint the tracing SDK is not even loaded. */
export async function startTelemetry(config: TelemetryConfig, options: TelemetryOptions): Promise<Telemetry> {
  const warn = warnSometimes(options.logger, options.clock ?? systemClock);
  diag.setLogger(
    { error: warn, warn, info: () => {}, debug: () => {}, verbose: () => {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const prometheus = prometheusMetrics((error) => warn(messageOf(error)));
  belayMetrics(prometheus.meter).buildInfo.record(1, { version: options.version });
  const stopTracing = await startTracing(config, options);
  return {
    metrics: prometheus.meter,
    tracer: trace.getTracer('belay'),
    metricsHandler: prometheus.handle,
    shutdown: async () => {
      const results = await Promise.allSettled([stopTracing(), prometheus.shutdown()]);
      for (const result of results) if (result.status === 'rejected') warn(messageOf(result.reason));
      diag.disable();
    },
  };
}

async function startTracing(
  config: TelemetryConfig,
  options: TelemetryOptions,
): Promise<() => Promise<void>> {
  if (config.otlpEndpoint === undefined) return async () => {};
  const { startOtlpTracing } = await import('./otlp-tracing.ts');
  const { serviceInstance } = config;
  return startOtlpTracing({
    endpoint: config.otlpEndpoint,
    sampleRatio: config.sampleRatio,
    resource: {
      'service.name': options.service,
      'service.version': options.version,
      ...(serviceInstance !== undefined && { 'service.instance.id': serviceInstance }),
    },
  });
}

const WARN_EVERY_MS = 60_000;

/** A collector that is away fails every few seconds, for as long as it is away. */
function warnSometimes(logger: Logger, clock: Clock): (message: string) => void {
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  return (message) => {
    if (clock.monotonicMs() < quietUntilMs) return;
    quietUntilMs = clock.monotonicMs() + WARN_EVERY_MS;
    logger.warn({ reason: message }, 'telemetry cannot be delivered');
  };
}
