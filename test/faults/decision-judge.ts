import { isDeepStrictEqual } from 'node:util';
import { Mode } from '#gen/belay/v1/common.ts';
import { DecisionOutcome } from '#gen/belay/v1/decision.ts';
import type { EventType } from '#lib/events/event-types.ts';
import type { DecisionLog, Seen } from './decision-log.ts';
import { capProblems } from './decision-caps.ts';
import { storeProblems } from './decision-model.ts';
import type { System } from './decision-system.ts';

const SAID_BY_DECISION: readonly EventType[] = ['DecisionMade', 'OrderIssued', 'Order', 'DecisionClosed'];

/** Once nothing is under way any more: what the log says, and whether the store is what follows from it. */
export async function judge({
  log,
  traffic,
  store,
}: Pick<System, 'log' | 'traffic' | 'store'>): Promise<string[]> {
  return [
    ...log.complaints,
    ...SAID_BY_DECISION.flatMap((type) => contentProblems(type, log.all(type))),
    ...decisionProblems(log, [...traffic.reported.keys()]),
    ...capProblems(log),
    ...(await storeProblems(store.redis(), log)),
  ];
}

/** Said again is fine, as long as it is the same. */
function contentProblems(type: EventType, seen: readonly Seen[]): string[] {
  const first = new Map<string, unknown>();
  const changed = seen.filter(({ id, data }) => {
    if (!first.has(id)) first.set(id, data);
    return !isDeepStrictEqual(first.get(id), data);
  });
  return changed.map(({ id }) => `${type} ${id} was published with two contents`);
}

/**
 * One decision for each incident, and for each that came to nothing one that waits and one that acts again; one order
 * for each that acts, and for no other; each closed once.
 */
function decisionProblems(log: DecisionLog, incidents: readonly string[]): string[] {
  const made = idsBy(
    log.all('DecisionMade'),
    (e) => e.data.incidentId,
    (e) => e.data.decisionId,
  );
  const issued = idsBy(
    log.all('OrderIssued'),
    (e) => e.data.decisionId,
    (e) => e.data.actionId,
  );
  const ordered = idsBy(
    log.all('Order'),
    (e) => e.data.decisionId,
    (e) => e.data.actionId,
  );
  const closed = idsBy(
    log.all('DecisionClosed'),
    (e) => e.data.decisionId,
    (e) => e.id,
  );
  const blocked = log.all('DecisionClosed').filter((e) => e.data.outcome !== DecisionOutcome.SETTLED);
  const acts = new Set(
    log
      .all('DecisionMade')
      .filter((e) => e.data.mode === Mode.AUTO_EXECUTE)
      .map((e) => e.data.decisionId),
  );
  const again = retriesOf(log);
  const problems = incidents.flatMap((id) =>
    counted(`${id}: decisions`, made.get(id), 1 + 2 * (again.get(id)?.size ?? 0)),
  );
  for (const [decisionId] of idsBy(
    log.all('DecisionMade'),
    (e) => e.data.decisionId,
    (e) => e.id,
  )) {
    const orders = acts.has(decisionId) ? 1 : 0;
    problems.push(
      ...counted(`${decisionId}: OrderIssued`, issued.get(decisionId), orders),
      ...counted(`${decisionId}: Order`, ordered.get(decisionId), orders),
      ...counted(`${decisionId}: DecisionClosed`, closed.get(decisionId), 1),
    );
  }
  const strange = [...issued.keys(), ...ordered.keys()].filter((id) => !acts.has(id));
  const both = blocked.filter((e) => acts.has(e.data.decisionId));
  return [
    ...problems,
    ...strange.map((id) => `${id}: ordered, and no decision says so`),
    ...both.map((e) => `${e.data.decisionId}: ordered, and closed as not run`),
  ];
}

/** The settlements that are tried again, by their incidents. */
function retriesOf(log: DecisionLog): Map<string, Set<string>> {
  const mayAgain = new Set(
    log
      .all('DecisionMade')
      .filter(({ data }) => data.attempt < data.attemptsAllowed)
      .map(({ data }) => data.decisionId),
  );
  const passing = log
    .all('ActionSettled')
    .filter(({ data }) => data.code !== '' && mayAgain.has(data.decisionId));
  return idsBy(
    passing,
    (e) => e.data.incidentId,
    (e) => e.id,
  );
}

function idsBy<T extends EventType>(
  seen: readonly Seen<T>[],
  keyOf: (seen: Seen<T>) => string,
  idOf: (seen: Seen<T>) => string,
): Map<string, Set<string>> {
  const ids = new Map<string, Set<string>>();
  for (const each of seen) ids.set(keyOf(each), (ids.get(keyOf(each)) ?? new Set()).add(idOf(each)));
  return ids;
}

const counted = (what: string, found: ReadonlySet<string> | undefined, expected: number): string[] =>
  (found?.size ?? 0) === expected ? [] : [`${what} ${found?.size ?? 0}, expected ${expected}`];
