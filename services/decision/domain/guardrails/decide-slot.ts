import { closedBreaker } from './breaker.ts';
import { checkSlot, isTrial } from './check-slot.ts';
import { type BookedSlot, type GuardrailBook, observe, type SlotStatus } from './guardrail-book.ts';
import { type ScopeKeys, scopeKeys } from './scope-keys.ts';
import type { SlotWants } from './slot-wants.ts';

export interface Asked {
  readonly decisionId: string;
  readonly record: string;
  readonly wants: SlotWants | undefined;
  readonly now: Date;
}

/** The first answer for a decision. Asking again changes nothing and gets that answer. */
export function decideSlot(book: GuardrailBook, asked: Asked): BookedSlot {
  const { decisionId, wants, now } = asked;
  const stored = book.slots.get(decisionId);
  if (stored) return stored;
  if (!wants) return putSlot(book, { ...asked, checks: [], trial: false });
  const observed = observe(book, wants, now);
  const checks = checkSlot(observed, wants, now);
  return putSlot(book, { ...asked, checks, trial: isTrial(observed, wants, now) });
}

/** Stores an answer that was given, and charges it where it was a yes. */
export function putSlot(
  book: GuardrailBook,
  answer: Asked & Pick<BookedSlot, 'checks' | 'trial'>,
): BookedSlot {
  const { decisionId, record, checks, now } = answer;
  const status = statusOf(answer);
  const wants = status === 'held' ? answer.wants : undefined;
  const trial = status === 'held' && answer.trial;
  const slot: BookedSlot = { status, record, checks, trial, wants, atMs: now.getTime() };
  book.slots.set(decisionId, slot);
  if (wants) charge(book, decisionId, scopeKeys(wants), slot);
  return slot;
}

/** What the guardrails' checks make of a decision. */
export function statusOf({ checks, wants }: Pick<BookedSlot, 'checks' | 'wants'>): SlotStatus {
  if (checks.some(({ result }) => result === 'refuse')) return 'refused';
  return wants ? 'held' : 'noted';
}

function charge(book: GuardrailBook, decisionId: string, keys: ScopeKeys, { atMs, trial }: BookedSlot): void {
  getOrAdd(book.executions, keys.run, () => new Map<string, number>()).set(decisionId, atMs);
  getOrAdd(book.attempts, keys.attempts, () => new Map<string, number>()).set(decisionId, atMs);
  for (const scope of Object.values<string>({ ...keys.running }))
    getOrAdd(book.running, scope, () => new Set<string>()).add(decisionId);
  book.locks.set(keys.workload, decisionId);
  if (!trial) return;
  const breaker = book.breakers.get(keys.runbook) ?? closedBreaker;
  book.breakers.set(keys.runbook, { ...breaker, trial: decisionId });
}

function getOrAdd<T>(map: Map<string, T>, key: string, create: () => T): T {
  const found = map.get(key) ?? create();
  map.set(key, found);
  return found;
}
