import type { RunbookHistoryEntry } from '#gen/belay/v1/runbook_service.ts';
import type { Session } from '../frame/session.ts';
import { callRegistry } from './registry.ts';

/** The newest activation of each version that ever ran, by its number. */
export type Activations = ReadonlyMap<number, RunbookHistoryEntry>;

export async function findActivations(name: string, session: Session): Promise<Activations> {
  const { entries } = await callRegistry(session, (client) => client.getRunbookHistory({ name }));
  return newestActivations(entries);
}

export function newestActivations(newestFirst: readonly RunbookHistoryEntry[]): Activations {
  const activated = newestFirst.filter(({ change }) => change === 'activated');
  return new Map(activated.toReversed().map((entry) => [entry.ref?.version ?? 0, entry]));
}
