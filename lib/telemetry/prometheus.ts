import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Meter } from '@opentelemetry/api';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import {
  AggregationTemporality,
  InstrumentType,
  MeterProvider,
  MetricReader,
} from '@opentelemetry/sdk-metrics';

export type MetricsHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface PrometheusMetrics {
  readonly meter: Meter;
  readonly handle: MetricsHandler;
  shutdown(): Promise<void>;
}

/** Metrics kept in this process until they are scraped; whoever serves them calls `handle`. */
export function prometheusMetrics(onError: (error: unknown) => void): PrometheusMetrics {
  const reader = new ScrapeReader();
  const provider = new MeterProvider({ readers: [reader] });
  // No target_info and no otel_scope labels: the scraper labels its targets.
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  return {
    meter: provider.getMeter('belay'),
    handle: async (_request, response) => {
      const { resourceMetrics, errors } = await reader.collect();
      for (const error of errors) onError(error);
      response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
      response.end(serializer.serialize(resourceMetrics));
    },
    shutdown: () => provider.shutdown(),
  };
}

/**
 * In place of the exporter's own, which goes on showing the last value of a gauge that nobody reports any
 * more: the lag of a consumer that has gone would page for ever. It also answers failures with 200.
 */
class ScrapeReader extends MetricReader {
  constructor() {
    super({
      aggregationTemporalitySelector: (type) =>
        type === InstrumentType.OBSERVABLE_GAUGE
          ? AggregationTemporality.DELTA
          : AggregationTemporality.CUMULATIVE,
    });
  }

  protected override async onShutdown(): Promise<void> {}

  protected override async onForceFlush(): Promise<void> {}
}
