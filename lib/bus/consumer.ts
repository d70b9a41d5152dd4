import type { Clock } from '#lib/clock.ts';
import { type BelayError, messageOf } from '#lib/errors.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import type { AnyEvent, OutgoingEvent } from '#lib/events/event.ts';
import type { Logger } from '#lib/logger.ts';
import type { Batch, Bus, BusRecord, OutgoingRecord } from './bus.ts';
import { deadLetter } from './dead-letter.ts';
import { authenticate } from './middleware/authenticate.ts';
import { decode } from './middleware/decode.ts';
import { deduplicate } from './middleware/deduplicate.ts';
import { log } from './middleware/log.ts';
import { type ConsumerMetrics, measure } from './middleware/measure.ts';
import { retry } from './middleware/retry.ts';
import { route } from './middleware/route.ts';
import { setAside } from './middleware/set-aside.ts';
import { type ConsumerTrace, trace } from './middleware/trace.ts';
import { chain, type Handlers, type RecordStep } from './pipeline.ts';
import { runBatch } from './run-batch.ts';

export interface ConsumerOptions {
  readonly bus: Pick<Bus, 'publish' | 'consume'>;
  readonly service: string;
  /** CloudEvents source of what the handlers publish. */
  readonly source: string;
  readonly group: string;
  readonly topics: readonly string[];
  readonly handlers: Handlers;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ConsumerMetrics;
  readonly tracing: ConsumerTrace;
  /** Throws on an event that is not to be believed. [believes all] */
  readonly trust?: (event: AnyEvent, record: BusRecord) => void;
  /** Adds what makes others believe: a signature. */
  readonly seal?: (event: OutgoingEvent, record: OutgoingRecord) => OutgoingRecord;
  /** The consumer cannot go on: the process has to end, so that another takes over. */
  readonly onCrash: (error: Error) => void;
  readonly sessionTimeoutMs?: number;
  readonly maxBatchRecords?: number;
  readonly keyConcurrency?: number;
}

export interface Consumer {
  assigned(): Readonly<Record<string, readonly number[]>>;
  /** Age of the oldest record in hand; 0 when there is nothing to do. */
  lagSeconds(topic: string): number;
  /** Finishes the records in hand, publishes and commits them, leaves the group. */
  stop(): Promise<void>;
}

const SESSION_TIMEOUT_MS = 10_000;

export async function startConsumer(options: ConsumerOptions): Promise<Consumer> {
  const inHand = new Map<AbortController, Batch>();
  let stopping = false;
  const runner = {
    bus: options.bus,
    step: pipeline(options),
    setAside: (record: BusRecord, error: BelayError) =>
      deadLetter(record, error, { ...options, now: options.clock.now() }),
    clock: options.clock,
    keyConcurrency: options.keyConcurrency ?? 16,
  };
  const onBatch = async (batch: Batch) => {
    if (stopping) return;
    const controller = new AbortController();
    inHand.set(controller, batch);
    const watch = setInterval(
      () => keepOrGiveUp(batch, controller),
      (options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS) / 10,
    );
    try {
      await runBatch(batch, runner, controller.signal);
    } finally {
      clearInterval(watch);
      inHand.delete(controller);
    }
  };
  const consumption = await options.bus.consume({
    group: options.group,
    topics: options.topics,
    startAt: 'earliest',
    sessionTimeoutMs: options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS,
    ...(options.maxBatchRecords !== undefined && { maxBatchRecords: options.maxBatchRecords }),
    concurrency: 4,
    onBatch,
    onCrash: (error) => {
      options.logger.fatal({ err: error, group: options.group }, 'the consumer crashed');
      options.onCrash(error);
    },
  });
  return {
    assigned: () => consumption.assigned(),
    lagSeconds: (topic) => oldestSeconds(topic, inHand.values(), options.clock.now()),
    stop: () => {
      stopping = true;
      for (const controller of inHand.keys()) controller.abort();
      return consumption.stop();
    },
  };
}

/** Every record passes through these, from the top to the bottom and back. */
function pipeline(options: ConsumerOptions): RecordStep {
  const { clock, logger, metrics, tracing, source } = options;
  const { trust = () => {}, seal = (_event, record) => record } = options;
  const onEvent = chain(
    [authenticate(trust), deduplicate(), trace(tracing), log(logger)],
    route({
      ...options,
      encode: (event) => seal(event, encodeEvent(event, source)),
      traceHeaders: () => tracing.headers(),
    }),
  );
  return chain(
    [
      measure(metrics, clock),
      setAside({
        ...options,
        onSetAside: (error, topic, offset) =>
          logger.error({ err: error, topic, offset }, 'set aside: this record cannot be handled'),
      }),
      retry({
        clock,
        onRetry: (error, attempt, { record: { topic, partition, offset } }) =>
          logger.warn({ topic, partition, offset, attempt, reason: messageOf(error) }, 'trying again'),
      }),
    ],
    decode(onEvent, (type) => Object.hasOwn(options.handlers, type)),
  );
}

function keepOrGiveUp(batch: Batch, controller: AbortController): void {
  if (batch.isStale()) return controller.abort();
  // A heartbeat that fails means a lost partition, which isStale says next time, or a broker that will be back.
  batch.heartbeat().catch(() => {});
}

function oldestSeconds(topic: string, batches: Iterable<Batch>, now: Date): number {
  let seconds = 0;
  for (const batch of batches) {
    const writtenMs = batch.records[0]?.timestampMs ?? now.getTime();
    if (batch.topic === topic) seconds = Math.max(seconds, (now.getTime() - writtenMs) / 1_000);
  }
  return seconds;
}
