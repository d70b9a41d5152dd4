import { type Breaker, closedBreaker, type SlotOutcome, settleBreaker } from './breaker.ts';
import { checkSlot, isTrial } from './check-slot.ts';
import type { GuardrailCheck } from './guardrail-check.ts';
import type { Observed } from './observed.ts';
import { type ScopeKeys, scopeKeys } from './scope-keys.ts';
import type { SlotWants } from './slot-wants.ts';
import { countWindow, type Windows } from './windows.ts';

/**
 * `noted`: nothing was asked for. `held`: the slot is this decision's. `refused`: a guardrail said no.
 * `released`: the action is settled, or was settled before the store heard of the decision.
 * `frozen`: settled as unknown; the lock stays until a person has looked.
 */
export type SlotStatus = 'noted' | 'held' | 'refused' | 'released' | 'frozen';

export interface BookedSlot {
  readonly status: SlotStatus;
  readonly record: string;
  readonly checks: readonly GuardrailCheck[];
  /** The one trial of a half-open breaker. */
  readonly trial: boolean;
  /** Of what was granted. */
  readonly wants: SlotWants | undefined;
  /** Of the last change. */
  readonly atMs: number;
}

/** Everything that is counted. Changed in place: it holds days of decisions. */
export interface GuardrailBook {
  readonly slots: Map<string, BookedSlot>;
  readonly executions: Windows;
  readonly attempts: Windows;
  /** The last settlement of each run key. */
  readonly settledAtMs: Map<string, number>;
  /** Held slots by scope. */
  readonly running: Map<string, Set<string>>;
  readonly locks: Map<string, string>;
  readonly breakers: Map<string, Breaker>;
}

export const emptyBook = (): GuardrailBook => ({
  slots: new Map(),
  executions: new Map(),
  attempts: new Map(),
  settledAtMs: new Map(),
  running: new Map(),
  locks: new Map(),
  breakers: new Map(),
});

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

export interface Settled {
  readonly decisionId: string;
  readonly outcome: SlotOutcome;
  readonly at: Date;
}

/** The end of an action. Repeats, and settlements of what was never stored, are fine. */
export function settleSlot(book: GuardrailBook, settled: Settled): void {
  const { decisionId, outcome, at } = settled;
  const slot = book.slots.get(decisionId);
  const status = outcome === 'unknown' ? 'frozen' : 'released';
  const atMs = at.getTime();
  if (!slot) {
    book.slots.set(decisionId, { status, record: '', checks: [], trial: false, wants: undefined, atMs });
    return;
  }
  if (slot.status !== 'held' && slot.status !== 'frozen') return;
  book.slots.set(decisionId, { ...slot, status, atMs });
  if (!slot.wants) return;
  const keys = scopeKeys(slot.wants);
  if (slot.status === 'held') settleHeld(book, settled, slot.wants, keys);
  if (status === 'released' && book.locks.get(keys.workload) === decisionId) book.locks.delete(keys.workload);
}

function observe(book: GuardrailBook, wants: SlotWants, now: Date): Observed {
  const keys = scopeKeys(wants);
  const count = (scope: string) => book.running.get(scope)?.size ?? 0;
  const { run, runbook, global, target, namespace, service } = keys.running;
  const { maxExecutionsPerHour, maxAttemptsPerTarget } = wants.limits;
  return {
    breaker: book.breakers.get(keys.runbook) ?? closedBreaker,
    executions: countWindow(book.executions.get(keys.run), maxExecutionsPerHour, now),
    attempts: countWindow(book.attempts.get(keys.attempts), maxAttemptsPerTarget, now),
    settledAtMs: book.settledAtMs.get(keys.run) ?? 0,
    running: {
      run: count(run),
      runbook: count(runbook),
      global: count(global),
      target: count(target),
      namespace: count(namespace),
      service: count(service),
    },
    holder: book.locks.get(keys.workload) ?? '',
  };
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

function settleHeld(book: GuardrailBook, settled: Settled, wants: SlotWants, keys: ScopeKeys): void {
  const { decisionId, outcome } = settled;
  const atMs = settled.at.getTime();
  for (const scope of Object.values<string>({ ...keys.running })) remove(book.running, scope, decisionId);
  if (outcome === 'none') {
    remove(book.executions, keys.run, decisionId);
    remove(book.attempts, keys.attempts, decisionId);
  } else {
    book.settledAtMs.set(keys.run, Math.max(atMs, book.settledAtMs.get(keys.run) ?? 0));
  }
  const opensAt = wants.limits.circuitBreaker.failures;
  const before = book.breakers.get(keys.runbook) ?? closedBreaker;
  const after = settleBreaker(before, { decisionId, outcome, atMs, opensAt });
  if (after === closedBreaker) book.breakers.delete(keys.runbook);
  else book.breakers.set(keys.runbook, after);
}

function getOrAdd<T>(map: Map<string, T>, key: string, create: () => T): T {
  const found = map.get(key) ?? create();
  map.set(key, found);
  return found;
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
