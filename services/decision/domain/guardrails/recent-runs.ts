import { KEEP_COOLDOWN_MS } from './forget-old.ts';
import type { RecentRun } from './guardrail-book.ts';
import { scopeKeys } from './scope-keys.ts';
import type { SlotWants } from './slot-wants.ts';

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
