import type { Refusal } from './domain/decision.ts';

/** What is to be remembered of a decision, and the lock it wants for its action. */
export interface DecideRequest {
  readonly decisionId: string;
  /** The owning workload as reported; undefined when nothing is to be done. */
  readonly lockKey: string | undefined;
  /** The decision as it will be published. Whoever asks again gets this one back. */
  readonly record: string;
  readonly now: Date;
}

/**
 * `noted`: nothing was asked for. `held`: the lock is this decision's. `refused`: it is somebody else's.
 * `released`: the action is settled, or was settled before this store heard of the decision.
 * `frozen`: settled as unknown; the lock stays until a person has looked.
 */
export type SlotStatus = 'noted' | 'held' | 'refused' | 'released' | 'frozen';

export interface Slot {
  readonly status: SlotStatus;
  /** As first stored. Empty where the action was settled before the decision was stored. */
  readonly record: string;
  readonly refusals: readonly Refusal[];
}

export interface Settlement {
  readonly decisionId: string;
  /** An unknown outcome keeps the lock. */
  readonly keepLock: boolean;
  readonly now: Date;
}

/** What the log says about one decision, for a store that has to be filled again. */
export interface LoggedDecision {
  readonly decisionId: string;
  readonly record: string;
  readonly lockKey: string | undefined;
  readonly refused: boolean;
}

/**
 * Guardrails are reserved, not checked: one atomic answer, given once. A store that cannot show that it is
 * the one it was refuses everything (`unavailable`, GUARDRAILS_NOT_READY) until it is rebuilt from the log.
 */
export interface Guardrails {
  decide(request: DecideRequest): Promise<Slot>;
  /** Repeats, and settlements of what was never stored, are fine. */
  settle(settlement: Settlement): Promise<void>;
  isReady(): Promise<boolean>;
  /**
   * Runs `fold` while everybody is refused, and is ready after it. One instance does it, the others wait.
   * Returns whether it was this one.
   */
  rebuild(fold: (into: Refill) => Promise<void>): Promise<boolean>;
  check(): Promise<string>;
}

/** Takes the log's events in order, while the store is closed. */
export interface Refill {
  decision(logged: LoggedDecision): Promise<void>;
  settled(settlement: Omit<Settlement, 'now'>): Promise<void>;
}
