import type { TopicSpec, TopicState } from '#lib/bus/bus.ts';
import { MINIMUM_RETENTION_MS } from '#lib/bus/topics.ts';
import { bad, good, type Outcome } from './check.ts';

const HOUR_MS = 3_600_000;

/** What would stop a service at its start, in the order of the topics; one line when nothing would. */
export function topicOutcomes(
  specs: readonly TopicSpec[],
  stateOf: ReadonlyMap<string, TopicState>,
): readonly Outcome[] {
  const missing = specs.filter(({ name }) => !stateOf.has(name)).map(({ name }) => name);
  const unfit = specs.flatMap((spec) => {
    const state = stateOf.get(spec.name);
    return state ? mismatch(spec, state) : [];
  });
  const wrong = [...(missing.length > 0 ? [absent(missing)] : []), ...unfit];
  return wrong.length > 0 ? wrong : [good(`${specs.length} topics as they should be`)];
}

function absent(names: readonly string[]): Outcome {
  const detail = `${names.length} not there: ${names.join(', ')}`;
  return bad(detail, 'the first start of a service makes them, where it may create topics');
}

function mismatch({ name, partitions, compact = false }: TopicSpec, state: TopicState): Outcome[] {
  if (state.partitions !== partitions) {
    const detail = `${name} has ${state.partitions} partition(s), the configuration says ${partitions}`;
    return [bad(detail, `set topics.partitions to ${state.partitions}, or make the topic anew`)];
  }
  if (state.compact !== compact) {
    const detail = `${name} is ${state.compact ? '' : 'not '}compacted`;
    return [bad(detail, `set cleanup.policy=${compact ? 'compact' : 'delete'} on it`)];
  }
  const isShort = !compact && state.retentionMs !== 'forever' && state.retentionMs < MINIMUM_RETENTION_MS;
  if (!isShort) return [];
  const detail = `${name} keeps ${Number(state.retentionMs) / HOUR_MS} h`;
  return [bad(detail, `set retention.ms=${MINIMUM_RETENTION_MS} or more on it`)];
}
