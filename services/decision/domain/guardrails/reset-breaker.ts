import { closedBreaker, type RunbookBreaker } from './breaker.ts';
import type { GuardrailBook } from './guardrail-book.ts';
import { breakerKey } from './scope-keys.ts';

/** A person has looked at what had opened the breaker of a runbook. */
export interface BreakerReset {
  readonly runbook: string;
  readonly at: Date;
}

/** Closed, without failures and without a trial. An older reset than the last changes nothing. */
export function resetBreaker(book: GuardrailBook, { runbook, at }: BreakerReset): void {
  const key = breakerKey(runbook);
  const atMs = at.getTime();
  if (atMs <= (book.resetAtMs.get(key) ?? 0)) return;
  book.resetAtMs.set(key, atMs);
  // What has opened it since then is a reason of its own.
  if ((book.breakers.get(key)?.openedAtMs ?? 0) <= atMs) book.breakers.delete(key);
}

export function breakerOf(book: GuardrailBook, runbook: string): RunbookBreaker {
  const key = breakerKey(runbook);
  const breaker = book.breakers.get(key) ?? closedBreaker;
  return { ...breaker, runbook, resetAtMs: book.resetAtMs.get(key) ?? 0 };
}
