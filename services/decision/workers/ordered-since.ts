import { OrderPhase } from '#gen/belay/v1/decision.ts';
import type { Bus } from '#lib/bus/bus.ts';
import { readTopic } from './read-topic.ts';

/** The decisions whose action was ordered, by everything that the log holds since then. */
export async function orderedSince(bus: Bus, since: Date): Promise<ReadonlySet<string>> {
  const ordered = new Set<string>();
  await readTopic(bus, 'decision', { since, types: ['OrderIssued'] }, ({ type, data }) => {
    if (type === 'OrderIssued' && data.phase === OrderPhase.EXECUTE) ordered.add(data.decisionId);
  });
  return ordered;
}
