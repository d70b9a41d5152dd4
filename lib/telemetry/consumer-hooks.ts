import { SpanKind } from '@opentelemetry/api';
import type { ConsumerMetrics } from '#lib/bus/middleware/measure.ts';
import type { ConsumerTrace } from '#lib/bus/middleware/trace.ts';
import type { BelayMetrics } from './metrics.ts';
import { parentFromRecord, traceHeaders } from './propagation.ts';
import { isTracing, withSpan } from './with-span.ts';

type Instruments = Pick<BelayMetrics, 'eventsHandled' | 'eventHandlingSeconds' | 'deadLetters'>;

/** What a consumer counts. */
export function consumerMetrics(metrics: Instruments, service: string): ConsumerMetrics {
  return {
    handled: (topic, type, result, seconds) => {
      metrics.eventsHandled.add(1, { service, topic, type, result });
      metrics.eventHandlingSeconds.record(seconds, { service, topic });
      if (result === 'dead_lettered') metrics.deadLetters.add(1, { topic });
    },
  };
}

/** A span for each event, in the trace of whoever wrote it; what it publishes continues it. */
export const consumerTrace: ConsumerTrace = {
  run: (event, record, run) => {
    if (!isTracing()) return run();
    const parent = parentFromRecord(record.headers);
    const attributes = {
      'messaging.operation.type': 'process',
      'messaging.destination.name': record.topic,
      'messaging.destination.partition.id': String(record.partition),
      'messaging.kafka.offset': record.offset,
      'messaging.message.id': event.id,
    };
    return withSpan(`process ${event.type}`, { kind: SpanKind.CONSUMER, parent, attributes }, run);
  },
  headers: () => traceHeaders(),
};
