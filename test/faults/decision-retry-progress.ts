import { isDeepStrictEqual } from 'node:util';
import { Mode } from '#gen/belay/v1/common.ts';
import type { DecisionMade } from '#gen/belay/v1/decision.ts';
import type { System } from './decision-system.ts';

/** How far the incidents are whose actions come to nothing and are tried again. */
export interface RetryProgress {
  /** The decisions of an incident, each once, in their order. */
  of(incidentId: string): readonly DecisionMade[];
  /** All of it is over. */
  isThrough(incidentId: string): boolean;
  /** Those that went another way. */
  strayed(incidentIds: readonly string[]): string[];
}

/** Ordered, said to wait, ordered again. */
const COURSE = [
  { attempt: 1, mode: Mode.AUTO_EXECUTE },
  { attempt: 1, mode: Mode.BLOCKED },
  { attempt: 2, mode: Mode.AUTO_EXECUTE },
];

export function followRetries({ log }: System): RetryProgress {
  const made = new Map<string, Map<string, DecisionMade>>();
  const closed = new Set<string>();
  log.on('DecisionMade', ({ data }) => {
    const known = made.get(data.incidentId) ?? new Map<string, DecisionMade>();
    made.set(data.incidentId, known.set(data.decisionId, data));
  });
  log.on('DecisionClosed', ({ data }) => void closed.add(data.decisionId));
  const timeOf = ({ decidedAt }: DecisionMade) => decidedAt?.getTime() ?? 0;
  const of = (id: string) => [...(made.get(id)?.values() ?? [])].sort((a, b) => timeOf(a) - timeOf(b));
  const courseOf = (id: string) => of(id).map(({ attempt, mode }) => ({ attempt, mode }));
  return {
    of,
    isThrough: (id) =>
      of(id).length >= COURSE.length && of(id).every(({ decisionId }) => closed.has(decisionId)),
    strayed: (ids) =>
      ids
        .filter((id) => !isDeepStrictEqual(courseOf(id), COURSE))
        .map((id) => `${id} went another way: ${JSON.stringify(courseOf(id))}`),
  };
}
