/** How a Deployment moves its replicas from the old ReplicaSets to the new one, one move at a time. */

export interface RolloutFacts {
  readonly desired: number;
  /** How many pods there may be above `desired`. */
  readonly maxSurge: number;
  /** How many may be missing below it. */
  readonly maxUnavailable: number;
  readonly current: Replicas;
  /** Oldest first. */
  readonly old: readonly Replicas[];
}

export interface Replicas {
  readonly name: string;
  readonly replicas: number;
  readonly available: number;
}

/** The replicas that each ReplicaSet should have now, by name; those that stay as they are are left out. */
export function planRollout(facts: RolloutFacts): ReadonlyMap<string, number> {
  const { desired, maxSurge, current, old } = facts;
  const total = sumOf([current, ...old], ({ replicas }) => replicas);
  const room = Math.max(0, desired + maxSurge - total);
  const wanted = Math.min(desired, current.replicas + room);
  if (wanted !== current.replicas) return new Map([[current.name, wanted]]);
  return planScaleDown(facts, total);
}

function planScaleDown({ desired, maxUnavailable, current, old }: RolloutFacts, total: number) {
  const minimum = desired - maxUnavailable;
  const left = new Map(old.map(({ name, replicas }) => [name, replicas]));
  const take = (limit: number, of: (replicas: Replicas) => number): void => {
    for (const replicas of old) {
      const has = left.get(replicas.name) ?? 0;
      const taken = Math.max(0, Math.min(limit, of(replicas), has));
      left.set(replicas.name, has - taken);
      limit -= taken;
    }
  };
  // Those that serve nobody go first. New ones that are not available yet count as missing already.
  take(
    total - minimum - (current.replicas - current.available),
    ({ replicas, available }) => replicas - available,
  );
  take(sumOf([current, ...old], ({ available }) => available) - minimum, ({ available }) => available);
  return new Map(old.flatMap(({ name, replicas }) => changed(name, replicas, left.get(name) ?? 0)));
}

function changed(name: string, before: number, after: number): [string, number][] {
  return before === after ? [] : [[name, after]];
}

function sumOf(all: readonly Replicas[], of: (replicas: Replicas) => number): number {
  return all.reduce((sum, replicas) => sum + of(replicas), 0);
}
