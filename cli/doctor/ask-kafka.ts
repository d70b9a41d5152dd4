import { readFileSync } from 'node:fs';
import { type KafkaBusOptions, openKafkaBus } from '#lib/bus/kafka-bus.ts';
import { topicSpecs } from '#lib/bus/topics.ts';
import { BelayError } from '#lib/errors.ts';
import { orderTopic } from '#lib/events/order-events.ts';
import type { Asking } from './ask-ops.ts';
import { type Answer, bad, type Check, good, type Outcome } from './check.ts';
import type { StoreConfig } from './store-config.ts';
import { topicOutcomes } from './topic-outcomes.ts';
import { within } from './within.ts';

const TOPICS = ['incident', 'decision', 'action', 'verification', 'audit', 'control'];
const HOUR_MS = 3_600_000;

type KafkaConfig = Extract<StoreConfig['bus'], { kind: 'kafka' }>;

interface KafkaQuestion {
  readonly bus: KafkaConfig;
  readonly topics: StoreConfig['topics'];
  readonly targets: readonly string[];
}

/** The brokers, and the topics as the services would make them. Looks only: nothing is created. */
export async function askKafka(question: KafkaQuestion, { timeoutMs, clock }: Asking): Promise<Answer> {
  const { bus: config, topics, targets } = question;
  const asked = config.brokers.join(',');
  const check = (name: string, outcome: Outcome): Check => ({ service: 'kafka', name, asked, ...outcome });
  const names = [...TOPICS, ...targets.map(orderTopic)];
  const specs = topicSpecs(names, { ...topics, retentionMs: topics.retentionHours * HOUR_MS });
  const look = async () => {
    const bus = await openKafkaBus({ ...connectionOf(config), clock });
    try {
      const states = await Promise.all(specs.map(({ name }) => bus.describeTopic(name)));
      const found = states.filter((state) => state !== undefined);
      return topicOutcomes(specs, new Map(found.map((state) => [state.name, state])));
    } finally {
      await bus.close();
    }
  };
  try {
    const outcomes = await within(timeoutMs, clock, look());
    return {
      reached: true,
      checks: [check('brokers', good('answer')), ...outcomes.map((one) => check('topics', one))],
    };
  } catch (error) {
    if (!(error instanceof BelayError)) throw error;
    const reached = error.kind !== 'unavailable' && error.kind !== 'timeout';
    return {
      reached,
      checks: [
        check('brokers', bad(error.message, error.next ?? 'check that they run, and their addresses')),
      ],
    };
  }
}

function connectionOf({
  brokers,
  clientId,
  topicPrefix,
  tls,
  sasl,
}: KafkaConfig): Omit<KafkaBusOptions, 'clock'> {
  const files = Object.entries(tls ?? {}).map(([name, path]) => [name, readFileSync(path)] as const);
  return {
    brokers,
    clientId,
    topicPrefix,
    ...(tls && { tls: Object.fromEntries(files) }),
    // One shape for each mechanism in the types; a name and a password in all of them.
    ...(sasl && {
      sasl: { ...sasl, password: sasl.password.reveal() } as NonNullable<KafkaBusOptions['sasl']>,
    }),
  };
}
