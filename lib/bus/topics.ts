import { BelayError } from '#lib/errors.ts';
import type { Bus, TopicSpec, TopicState } from './bus.ts';
import { MAX_RECORD_BYTES } from './bus.ts';
import { deadLetterTopic } from './dead-letter.ts';

export interface TopicSettings {
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly retentionMs: number;
}

const HOUR_MS = 3_600_000;
/** The longest guardrail window, and a day to notice that something is wrong. */
export const MINIMUM_RETENTION_MS = 48 * HOUR_MS;
const DEAD_LETTER_RETENTION_MS = 30 * 24 * HOUR_MS;

/** The topics a service needs, each with a place for what cannot be handled. */
export function topicSpecs(names: readonly string[], settings: TopicSettings): TopicSpec[] {
  return names.flatMap((name) => [topicSpec(name, settings), deadLetterSpec(name, settings)]);
}

function topicSpec(name: string, { partitions, replicationFactor, retentionMs }: TopicSettings): TopicSpec {
  // One partition for control: what reaches a hand first was said first.
  if (name === 'control')
    return { name, partitions: 1, replicationFactor, retentionMs: 'forever', compact: true };
  return { name, partitions, replicationFactor, retentionMs };
}

function deadLetterSpec(topic: string, { replicationFactor }: TopicSettings): TopicSpec {
  return {
    name: deadLetterTopic(topic),
    partitions: 1,
    replicationFactor,
    retentionMs: DEAD_LETTER_RETENTION_MS,
    // The largest record and the reason why it is here.
    maxRecordBytes: 2 * MAX_RECORD_BYTES,
  };
}

/**
 * Creates what is missing and refuses to start on topics that would break a promise: another number of
 * partitions sends a key elsewhere, a short retention forgets what guardrails are rebuilt from.
 */
export async function prepareTopics(bus: Bus, specs: readonly TopicSpec[]): Promise<void> {
  await bus.createTopics(specs);
  const states = await Promise.all(specs.map((spec) => bus.describeTopic(spec.name)));
  const wrong = specs.flatMap((spec, index) => mismatches(spec, states[index]));
  if (wrong.length === 0) return;
  throw new BelayError(
    'invalid',
    `${wrong.length} topic setting(s) would break a promise\n${wrong.join('\n')}`,
    {
      code: 'TOPICS_UNFIT',
      field: 'topics',
      next: 'Change the topics as listed, or the topics section of the configuration where it is the one that is wrong.',
    },
  );
}

function mismatches(spec: TopicSpec, state: TopicState | undefined): string[] {
  if (!state) return [`  ${spec.name}: does not exist. Create it with ${spec.partitions} partition(s).`];
  const wrong: string[] = [];
  if (state.partitions !== spec.partitions) {
    wrong.push(
      `  ${spec.name}: has ${state.partitions} partition(s), expected ${spec.partitions}. ` +
        `Set topics.partitions to ${state.partitions}, or make the topic anew.`,
    );
  }
  if (state.compact !== (spec.compact ?? false)) {
    wrong.push(`  ${spec.name}: set cleanup.policy=${spec.compact ? 'compact' : 'delete'}.`);
  }
  if (!state.compact && state.retentionMs !== 'forever' && state.retentionMs < MINIMUM_RETENTION_MS) {
    const hours = MINIMUM_RETENTION_MS / HOUR_MS;
    wrong.push(
      `  ${spec.name}: keeps ${state.retentionMs / HOUR_MS} h. Set retention.ms to at least ${hours} h.`,
    );
  }
  return wrong;
}
