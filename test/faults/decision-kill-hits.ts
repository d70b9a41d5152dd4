import type { OutgoingRecord } from '#lib/bus/bus.ts';
import { decisionIdOf } from './decision-strikes.ts';
import type { System } from './decision-system.ts';

/** How far an incident had come when an instance was killed: that the faults struck where they were meant to. */
export type Hit = 'before the reserve' | 'before the publish' | 'before the commit' | 'behind the commit';

export const NO_HITS: Readonly<Record<Hit, number>> = {
  'before the reserve': 0,
  'before the publish': 0,
  'before the commit': 0,
  'behind the commit': 0,
};

export async function hitsOf(system: System, records: readonly OutgoingRecord[]): Promise<Hit[]> {
  const { bus, log, store } = system;
  const committed = await bus.committed('belay-decision', 'incident');
  await log.caughtUp();
  const ids = records.map(decisionIdOf);
  const stored = await Promise.all(ids.map((id) => store.redis().exists(`{belay:guardrails}:slot:${id}`)));
  const made = new Set(log.all('DecisionMade').map(({ data }) => data.decisionId));
  const places = new Map(
    log
      .all('IncidentReported')
      .toReversed()
      .map((seen) => [seen.id, seen.record]),
  );
  return records.map(({ headers }, i): Hit => {
    const { partition = 0, offset = 0 } = places.get(String(headers['ce_id'])) ?? {};
    if (stored[i] === 0) return 'before the reserve';
    if (!made.has(ids[i] ?? '')) return 'before the publish';
    return offset >= (committed[partition] ?? 0) ? 'before the commit' : 'behind the commit';
  });
}
