import { closedBreaker, type SlotOutcome, settleBreaker } from './breaker.ts';
import type { BookedSlot, GuardrailBook, SlotStatus } from './guardrail-book.ts';
import { type ScopeKeys, scopeKeys } from './scope-keys.ts';
import type { SlotWants } from './slot-wants.ts';

export interface Settled {
  readonly decisionId: string;
  readonly outcome: SlotOutcome;
  readonly at: Date;
}

/** The end of an action. Repeats, and settlements of what was never stored, are fine. */
export function settleSlot(book: GuardrailBook, settled: Settled): void {
  const { decisionId, outcome, at } = settled;
  const slot = book.slots.get(decisionId);
  const status = statusAfter(outcome, slot);
  const atMs = at.getTime();
  if (!slot) {
    const nothing = { record: '', checks: [], granted: undefined, trial: false } as const;
    book.slots.set(decisionId, { ...nothing, storm: undefined, wants: undefined, status, atMs });
    return;
  }
  if (!isCharged(slot) && slot.status !== 'frozen') return;
  book.slots.set(decisionId, { ...slot, status, atMs });
  if (!slot.wants) return;
  const keys = scopeKeys(slot.wants);
  if (isCharged(slot)) settleHeld(book, settled, slot.wants, keys);
  if (status !== 'frozen' && book.locks.get(keys.workload) === decisionId) book.locks.delete(keys.workload);
}

/** What counts against the limits. */
export const isCharged = ({ status }: Pick<BookedSlot, 'status'>): boolean =>
  status === 'held' || status === 'withdrawing';

function statusAfter(outcome: SlotOutcome, before: BookedSlot | undefined): SlotStatus {
  if (outcome === 'unknown') return 'frozen';
  return before?.status === 'withdrawing' && outcome === 'none' ? 'withdrawn' : 'released';
}

function settleHeld(book: GuardrailBook, settled: Settled, wants: SlotWants, keys: ScopeKeys): void {
  const { decisionId, outcome } = settled;
  const atMs = settled.at.getTime();
  for (const scope of Object.values<string>({ ...keys.running })) remove(book.running, scope, decisionId);
  if (outcome === 'none') {
    remove(book.executions, keys.run, decisionId);
    remove(book.attempts, keys.attempts, decisionId);
    for (const scope of Object.values<string>({ ...keys.budget })) remove(book.budget, scope, decisionId);
  } else {
    book.settledAtMs.set(keys.run, Math.max(atMs, book.settledAtMs.get(keys.run) ?? 0));
  }
  // What a person has reset counts only from then on.
  if (atMs <= (book.resetAtMs.get(keys.runbook) ?? 0)) return;
  const opensAt = wants.limits.circuitBreaker.failures;
  const before = book.breakers.get(keys.runbook) ?? closedBreaker;
  const after = settleBreaker(before, { decisionId, outcome, atMs, opensAt });
  if (after === closedBreaker) book.breakers.delete(keys.runbook);
  else book.breakers.set(keys.runbook, after);
}

/** Nothing that is empty stays behind. */
function remove(
  map: Map<string, { delete(id: string): boolean; readonly size: number }>,
  key: string,
  id: string,
): void {
  const found = map.get(key);
  found?.delete(id);
  if (found?.size === 0) map.delete(key);
}
