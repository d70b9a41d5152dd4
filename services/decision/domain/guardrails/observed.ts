import type { Breaker } from './breaker.ts';
import type { BudgetKeys, RunningKeys } from './scope-keys.ts';
import type { StormScope } from './storm.ts';

/** What a store saw of every scope at the moment it answered. Integers and text: a script can say it. */
export interface Observed {
  readonly breaker: Breaker;
  readonly executions: WindowCount;
  readonly attempts: WindowCount;
  readonly budget: { readonly [scope in keyof BudgetKeys]: WindowCount };
  /** When the last run under the same key was settled. 0: none that is remembered. */
  readonly settledAtMs: number;
  /** Slots that are held, by scope. */
  readonly running: { readonly [scope in keyof RunningKeys]: number };
  /** The decision that has the workload. Empty: it is free. */
  readonly holder: string;
  readonly storm: StormObserved;
}

export interface StormObserved {
  /** It is to run by itself, and is among the counts. */
  readonly automatic: boolean;
  /** Somebody asked for this very action. Undefined in answers that are older than this. */
  readonly byPerson: boolean | undefined;
  readonly ofSource: StormScope;
  readonly inAll: StormScope;
}

export interface WindowCount {
  readonly count: number;
  /** When the one began whose leaving makes room. 0: there is room, or never will be. */
  readonly blockedByMs: number;
}

/** What rate and attempts look back at. What is exactly this old no longer counts. */
export const WINDOW_MS = 3_600_000;

/** What a budget looks back at. */
export const DAY_MS = 86_400_000;
