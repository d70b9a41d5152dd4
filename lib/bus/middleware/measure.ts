import type { Clock } from '#lib/clock.ts';
import type { Middleware, RecordStep, Result } from '../pipeline.ts';

export interface ConsumerMetrics {
  handled(topic: string, type: string, result: Result, seconds: number): void;
}

export function measure(metrics: ConsumerMetrics, clock: Clock): Middleware<RecordStep> {
  return (next) => async (delivery) => {
    const startedMs = clock.monotonicMs();
    const outcome = await next(delivery);
    const seconds = (clock.monotonicMs() - startedMs) / 1_000;
    metrics.handled(delivery.record.topic, outcome.type, outcome.result, seconds);
    return outcome;
  };
}
