import { KEEP_COOLDOWN_MS } from './forget-old.ts';
import type { RecentRun } from './guardrail-book.ts';
import { scopeKeys } from './scope-keys.ts';
import type { SlotWants } from './slot-wants.ts';

/** What was taken last stays. Of the same moment, the one that a sorted set would have last. */
export function noteRecent(recent: Map<string, RecentRun>, run: string, taken: RecentRun): void {
  const known = recent.get(run);
  const isLater = !known || taken.atMs > known.atMs;
  const isBehind = known?.atMs === taken.atMs && JSON.stringify(taken.wants) > JSON.stringify(known.wants);
  if (isLater || isBehind) recent.set(run, taken);
}

/** What was taken last for each runbook and service, as long as a cooldown can last. The newest first. */
export function recentRuns(runs: Iterable<RecentRun>, now: Date): SlotWants[] {
  const newest = new Map<string, RecentRun>();
  for (const run of runs) {
    const key = scopeKeys(run.wants).run;
    if (run.atMs > (newest.get(key)?.atMs ?? now.getTime() - KEEP_COOLDOWN_MS)) newest.set(key, run);
  }
  const sorted = [...newest].sort(([a, { atMs }], [b, other]) => other.atMs - atMs || (a < b ? -1 : 1));
  return sorted.map(([, { wants }]) => wants);
}
