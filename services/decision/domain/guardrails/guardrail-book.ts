import { type Breaker, closedBreaker } from './breaker.ts';
import type { GuardrailCheck } from './guardrail-check.ts';
import type { StormCount } from './check-storm.ts';
import { DAY_MS, type Observed } from './observed.ts';
import { scopeKeys } from './scope-keys.ts';
import type { SlotWants } from './slot-wants.ts';
import { emptyStormBook, type StormBook } from './storm-book.ts';
import { countWindow, type Windows } from './windows.ts';

/**
 * `noted`: nothing was asked for. `held`: the slot is this decision's. `refused`: a guardrail said no.
 * `released`: the action is settled, or was settled before the store heard of the decision.
 * `frozen`: settled as unknown; the lock stays until a person has looked.
 * `withdrawing`: held, and nobody may order any more. `withdrawn`: that is settled, and everything given back.
 */
export type SlotStatus = 'noted' | 'held' | 'refused' | 'released' | 'frozen' | 'withdrawing' | 'withdrawn';

export interface BookedSlot {
  readonly status: SlotStatus;
  readonly record: string;
  readonly checks: readonly GuardrailCheck[];
  /** The one trial of a half-open breaker. */
  readonly trial: boolean;
  /** Where it was to run by itself. */
  readonly storm: StormCount | undefined;
  /** Where people were asked before it was taken, or refused: what the guardrails said then. */
  readonly granted: GrantAnswer | undefined;
  /** Of what was granted. */
  readonly wants: SlotWants | undefined;
  /** Of the last change. */
  readonly atMs: number;
  /** Where it is held, and somebody was told so again: the order may go out a moment after that. */
  readonly askedAtMs?: number;
}

export interface GrantAnswer {
  readonly checks: readonly GuardrailCheck[];
  readonly at: Date;
}

export interface RecentRun {
  readonly wants: SlotWants;
  readonly atMs: number;
}

/** Everything that is counted. Changed in place: it holds days of decisions. */
export interface GuardrailBook extends StormBook {
  readonly slots: Map<string, BookedSlot>;
  readonly executions: Windows;
  readonly attempts: Windows;
  /** Of all, and of each target. */
  readonly budget: Windows;
  /** The last settlement of each run key. */
  readonly settledAtMs: Map<string, number>;
  /** Held slots by scope. */
  readonly running: Map<string, Set<string>>;
  readonly locks: Map<string, string>;
  readonly breakers: Map<string, Breaker>;
  /** What was taken last under each run key. Shown to people; nothing depends on it. */
  readonly recent: Map<string, RecentRun>;
  /** When a person last reset the breaker of a runbook. */
  readonly resetAtMs: Map<string, number>;
}

export const emptyBook = (): GuardrailBook => ({
  slots: new Map(),
  executions: new Map(),
  attempts: new Map(),
  budget: new Map(),
  settledAtMs: new Map(),
  running: new Map(),
  locks: new Map(),
  breakers: new Map(),
  ...emptyStormBook(),
  recent: new Map(),
  resetAtMs: new Map(),
});

/** What the book holds of everything that an action would be counted under. */
export function observe(book: GuardrailBook, wants: SlotWants, now: Date): Omit<Observed, 'storm'> {
  const keys = scopeKeys(wants);
  const count = (scope: string) => book.running.get(scope)?.size ?? 0;
  const { run, runbook, global, target, namespace, service } = keys.running;
  const { maxExecutionsPerHour, maxAttemptsPerTarget, budget } = wants.limits;
  const ofDay = (scope: string, limit: number) => countWindow(book.budget.get(scope), limit, now, DAY_MS);
  return {
    breaker: book.breakers.get(keys.runbook) ?? closedBreaker,
    executions: countWindow(book.executions.get(keys.run), maxExecutionsPerHour, now),
    attempts: countWindow(book.attempts.get(keys.attempts), maxAttemptsPerTarget, now),
    budget: {
      global: ofDay(keys.budget.global, budget.global),
      target: ofDay(keys.budget.target, budget.perTarget),
    },
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
