import { describe, expect, it } from 'vitest';
import type { TopicSpec, TopicState } from '#lib/bus/bus.ts';
import { prepareTopics, topicSpecs } from '#lib/bus/topics.ts';
import { topicOutcomes } from './topic-outcomes.ts';

const HOUR_MS = 3_600_000;
const specs = topicSpecs(['incident', 'control'], {
  partitions: 6,
  replicationFactor: 3,
  retentionMs: 168 * HOUR_MS,
});

const asSpecified = ({ name, partitions, retentionMs, compact = false }: TopicSpec): TopicState => ({
  name,
  partitions,
  retentionMs,
  compact,
});

function outcomesWith(changes: Readonly<Record<string, Partial<TopicState> | undefined>>) {
  const states = specs.flatMap((spec): TopicState[] => {
    if (spec.name in changes && changes[spec.name] === undefined) return [];
    return [{ ...asSpecified(spec), ...changes[spec.name] }];
  });
  return { states, outcomes: topicOutcomes(specs, new Map(states.map((state) => [state.name, state]))) };
}

describe('the topics', () => {
  it('are fine as the services would make them', () => {
    expect(outcomesWith({}).outcomes).toEqual([{ ok: true, detail: '4 topics as they should be' }]);
  });

  it.each([
    [
      'not there',
      { incident: undefined, control: undefined },
      '2 not there: incident, control',
      'makes them',
    ],
    [
      'of other partitions',
      { incident: { partitions: 3 } },
      'incident has 3 partition(s), the configuration says 6',
      'topics.partitions to 3',
    ],
    ['compacted', { incident: { compact: true } }, 'incident is compacted', 'cleanup.policy=delete'],
    ['not compacted', { control: { compact: false } }, 'control is not compacted', 'cleanup.policy=compact'],
    [
      'kept too short',
      { incident: { retentionMs: HOUR_MS } },
      'incident keeps 1 h',
      'retention.ms=172800000',
    ],
  ])('that are %s are wrong, here as at the start of a service', async (_, changes, detail, fix) => {
    const { states, outcomes } = outcomesWith(changes);
    expect(outcomes).toEqual([{ ok: false, detail, fix: expect.stringContaining(fix) as unknown }]);
    const bus = {
      createTopics: async () => {},
      describeTopic: async (name: string) => states.find((state) => state.name === name),
    };
    await expect(prepareTopics(bus as never, specs)).rejects.toMatchObject({ code: 'TOPICS_UNFIT' });
  });
});
