interface Item<T> {
  readonly topic: T;
}

interface Candidate<T> {
  readonly topics: ReadonlySet<T>;
}

/**
 * Who gets which partition: everybody as many as everybody else, give or take one, among those that read
 * the topic. What need not move stays where it is, because each move costs its batch in hand.
 */
export function assign<T, P extends Item<T>, M extends Candidate<T>>(
  partitions: readonly P[],
  members: readonly M[],
  current: ReadonlyMap<P, M>,
): Map<P, M> {
  const held = new Map<M, P[]>(members.map((m) => [m, []]));
  for (const partition of partitions) {
    const owner = current.get(partition);
    if (owner?.topics.has(partition.topic)) held.get(owner)?.push(partition);
  }
  const placed = new Set([...held.values()].flat());
  for (const partition of partitions) {
    const candidates = members.filter((m) => m.topics.has(partition.topic));
    if (!placed.has(partition)) leastLoaded(candidates, held)?.push(partition);
  }
  while (moveOne(members, held));
  return new Map([...held].flatMap(([member, own]) => own.map((p): [P, M] => [p, member])));
}

function leastLoaded<P, M>(members: readonly M[], held: ReadonlyMap<M, P[]>): P[] | undefined {
  const loads = members.map((m) => held.get(m) ?? []);
  return loads.reduce<P[] | undefined>(
    (least, own) => (least && least.length <= own.length ? least : own),
    undefined,
  );
}

/** Each move narrows the gap between two members, so there is a last one. */
function moveOne<T, P extends Item<T>, M extends Candidate<T>>(
  members: readonly M[],
  held: ReadonlyMap<M, P[]>,
): boolean {
  for (const from of members) {
    for (const to of members) {
      const [rich, poor] = [held.get(from) ?? [], held.get(to) ?? []];
      if (rich.length - poor.length < 2) continue;
      const moved = mostUneven(rich, poor, to.topics);
      if (!moved) continue;
      rich.splice(rich.indexOf(moved), 1);
      poor.push(moved);
      return true;
    }
  }
  return false;
}

/** From the topic that the two share least evenly: a busy topic must not stay with one member. */
function mostUneven<T, P extends Item<T>>(
  rich: readonly P[],
  poor: readonly P[],
  topics: ReadonlySet<T>,
): P | undefined {
  const gap = (topic: T) => count(rich, topic) - count(poor, topic);
  const movable = rich.filter((p) => topics.has(p.topic));
  return movable.reduce<P | undefined>(
    (best, p) => (best && gap(best.topic) >= gap(p.topic) ? best : p),
    undefined,
  );
}

const count = <T>(partitions: readonly Item<T>[], topic: T): number =>
  partitions.filter((p) => p.topic === topic).length;
