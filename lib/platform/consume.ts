import { type Consumer, type ConsumerOptions, startConsumer } from '#lib/bus/consumer.ts';
import { prepareTopics, topicSpecs } from '#lib/bus/topics.ts';
import type { CheckOutcome, HealthCheck } from '#lib/lifecycle/component.ts';
import { consumerMetrics, consumerTrace } from '#lib/telemetry/consumer-hooks.ts';
import { belayMetrics } from '#lib/telemetry/metrics.ts';
import type { Platform } from './platform.ts';

export interface ConsumeSpec extends Pick<ConsumerOptions, 'handlers' | 'trust' | 'seal'> {
  /** decision, executor-prod-eu: names the group, the source of events and the metrics. */
  readonly service: string;
  readonly topics: readonly string[];
  /** Topics that the handlers write to. */
  readonly publishes: readonly string[];
}

export interface ServiceConsumer {
  readonly check: HealthCheck;
  stop(): Promise<void>;
}

/** A service's one consumer: its topics made and checked, joined, measured, traced. */
export async function consume(platform: Platform, spec: ConsumeSpec): Promise<ServiceConsumer> {
  const { service, topics } = spec;
  const needed = [...new Set([...topics, ...spec.publishes, 'audit'])];
  await prepareTopics(platform.bus, topicSpecs(needed, platform.topics));
  const metrics = belayMetrics(platform.meter);
  const consumer = await startConsumer({
    ...spec,
    bus: platform.bus,
    source: `belay/${service}`,
    group: `belay-${service}`,
    clock: platform.clock,
    logger: platform.loggerFor(service),
    metrics: consumerMetrics(metrics, service),
    tracing: consumerTrace,
    onCrash: (error) => platform.fail(error),
  });
  const unwatch = metrics.watchConsumerLag(() =>
    topics.map((topic) => ({ service, topic, seconds: consumer.lagSeconds(topic) })),
  );
  return {
    check: { name: 'topics', check: async () => joined(consumer, topics) },
    stop: async () => {
      unwatch();
      await consumer.stop();
    },
  };
}

/** A member may hold no partition of a topic when there are more members than partitions: that is fine. */
function joined(consumer: Consumer, topics: readonly string[]): CheckOutcome {
  const assigned = consumer.assigned();
  const held = topics.map((topic) => `${topic} ${assigned[topic]?.length ?? 0}`).join(', ');
  const lagSeconds = Math.max(0, ...topics.map((topic) => consumer.lagSeconds(topic)));
  if (lagSeconds < STUCK_SECONDS) return { ok: true, detail: `partitions held: ${held}` };
  return {
    ok: false,
    detail: `an event is in hand since ${Math.round(lagSeconds)} s`,
    fix: 'the log says what is tried again: look at the store or target it names',
  };
}

const STUCK_SECONDS = 120;
