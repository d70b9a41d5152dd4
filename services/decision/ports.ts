import type { SlotOutcome } from './domain/guardrails/breaker.ts';
import type { GuardrailCheck } from './domain/guardrails/guardrail-check.ts';
import type { SlotStatus } from './domain/guardrails/guardrail-book.ts';
import type { SlotWants } from './domain/guardrails/slot-wants.ts';

/** What is to be remembered of a decision, and what its action is counted under. */
export interface DecideRequest {
  readonly decisionId: string;
  /** Undefined when nothing is to be done. */
  readonly wants: SlotWants | undefined;
  /** The decision as it will be published. Whoever asks again gets this one back. */
  readonly record: string;
  readonly now: Date;
}

export interface Slot {
  readonly status: SlotStatus;
  /** As first stored. Empty where the action was settled before the decision was stored. */
  readonly record: string;
  /** Every guardrail, passed or refused, as it was when the answer was given. Empty where none was asked. */
  readonly checks: readonly GuardrailCheck[];
  /** It is the one trial of a half-open breaker. */
  readonly trial: boolean;
}

export interface Settlement {
  readonly decisionId: string;
  /**
   * `none`: nothing happened; rate, attempts and trial are refunded. `succeeded`, `failed`: the cooldown starts
   * and the breaker counts. `unknown`: counts as failed, and the workload stays locked until a person has
   * looked: whatever is settled after it only frees the lock.
   */
  readonly outcome: SlotOutcome;
  /** When it was settled, by the event and not by its reader. */
  readonly at: Date;
}

/** What the log says about one decision, for a store that has to be filled again. */
export interface LoggedDecision {
  readonly decisionId: string;
  readonly record: string;
  /** Of the action that was ordered. Undefined when none was. */
  readonly wants: SlotWants | undefined;
  readonly checks: readonly GuardrailCheck[];
  readonly trial: boolean;
  readonly decidedAt: Date;
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

/**
 * Takes the log's events while the store is closed: a decision before what settles it, and otherwise in the
 * order in which things happened.
 */
export interface Refill {
  decision(logged: LoggedDecision): Promise<void>;
  settled(settlement: Settlement): Promise<void>;
}
