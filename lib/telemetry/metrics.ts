import type { Counter, Gauge, Histogram, Meter } from '@opentelemetry/api';

export interface MetricSpec {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

/** Every metric of the shared code: the names here are the names that Prometheus sees. */
export const METRICS = {
  eventsHandled: {
    name: 'belay_events_handled_total',
    type: 'counter',
    help: 'Events taken from the log, by what became of them.',
    labels: ['service', 'topic', 'type', 'result'],
  },
  eventHandlingSeconds: {
    name: 'belay_event_handling_seconds',
    type: 'histogram',
    help: 'Time from taking an event to the end of its handler, retries included.',
    labels: ['service', 'topic'],
  },
  deadLetters: {
    name: 'belay_dead_letters_total',
    type: 'counter',
    help: 'Records set aside because they could not be read or handled.',
    labels: ['topic'],
  },
  consumerLagSeconds: {
    name: 'belay_consumer_lag_seconds',
    type: 'gauge',
    help: 'Age of the oldest record in hand; 0 when there is nothing to do.',
    labels: ['service', 'topic'],
  },
  grpcRequests: {
    name: 'belay_grpc_requests_total',
    type: 'counter',
    help: 'Calls that were let in, by method and gRPC status.',
    labels: ['service', 'method', 'code'],
  },
  buildInfo: {
    name: 'belay_build_info',
    type: 'gauge',
    help: 'Always 1; the label is the version that runs.',
    labels: ['version'],
  },
} as const satisfies Readonly<Record<string, MetricSpec>>;

type MetricKey = keyof typeof METRICS;
export type LabelsOf<K extends MetricKey> = Record<(typeof METRICS)[K]['labels'][number], string>;

export interface LagReading extends LabelsOf<'consumerLagSeconds'> {
  readonly seconds: number;
}

export interface BelayMetrics {
  readonly eventsHandled: Counter<LabelsOf<'eventsHandled'>>;
  readonly eventHandlingSeconds: Histogram<LabelsOf<'eventHandlingSeconds'>>;
  readonly deadLetters: Counter<LabelsOf<'deadLetters'>>;
  readonly grpcRequests: Counter<LabelsOf<'grpcRequests'>>;
  readonly buildInfo: Gauge<LabelsOf<'buildInfo'>>;
  /** `read` is called at each scrape, until the function that comes back is called. */
  watchConsumerLag(read: () => Iterable<LagReading>): () => void;
}

/** From a duplicate dropped in no time to a handler that waits for a store to come back. */
const HANDLING_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Asked for twice, the instruments are the same: several services in one process share them. */
export function belayMetrics(meter: Meter): BelayMetrics {
  const { eventsHandled, eventHandlingSeconds, deadLetters, grpcRequests, buildInfo, consumerLagSeconds } =
    METRICS;
  const lag = meter.createObservableGauge<LabelsOf<'consumerLagSeconds'>>(...args(consumerLagSeconds));
  return {
    eventsHandled: meter.createCounter(...args(eventsHandled)),
    eventHandlingSeconds: meter.createHistogram(eventHandlingSeconds.name, {
      description: eventHandlingSeconds.help,
      advice: { explicitBucketBoundaries: HANDLING_BUCKETS_SECONDS },
    }),
    deadLetters: meter.createCounter(...args(deadLetters)),
    grpcRequests: meter.createCounter(...args(grpcRequests)),
    buildInfo: meter.createGauge(...args(buildInfo)),
    watchConsumerLag: (read) => {
      const observe: Parameters<typeof lag.addCallback>[0] = (result) => {
        for (const { seconds, service, topic } of read()) result.observe(seconds, { service, topic });
      };
      lag.addCallback(observe);
      return () => lag.removeCallback(observe);
    },
  };
}

function args({ name, help }: MetricSpec): [string, { description: string }] {
  return [name, { description: help }];
}
