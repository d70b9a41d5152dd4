/** Of one runbook. Numbers and text only, as a store keeps them. */
export interface Breaker {
  /** In a row, without a success between. */
  readonly failures: number;
  /** When it opened. 0: closed. */
  readonly openedAtMs: number;
  /** The decision whose action tries it out. Empty: none does. */
  readonly trial: string;
}

/** With whose it is, and since when it counts: a reset forgets what was settled before. */
export interface RunbookBreaker extends Breaker {
  readonly runbook: string;
  /** 0: it was never reset. */
  readonly resetAtMs: number;
}

export const closedBreaker: Breaker = { failures: 0, openedAtMs: 0, trial: '' };

export type BreakerPhase = 'closed' | 'open' | 'half_open';

export function breakerPhase({ openedAtMs }: Breaker, recoveryMs: number, nowMs: number): BreakerPhase {
  if (openedAtMs === 0) return 'closed';
  return nowMs < openedAtMs + recoveryMs ? 'open' : 'half_open';
}

/** `none`: nothing happened. `unknown`: nobody can tell, which never counts as a success. */
export type SlotOutcome = 'none' | 'succeeded' | 'failed' | 'unknown';

export interface BreakerSettlement {
  readonly decisionId: string;
  readonly outcome: SlotOutcome;
  readonly atMs: number;
  /** Failures in a row that open it. */
  readonly opensAt: number;
}

/**
 * The breaker after a settlement. Once it is open, the trial alone says how it goes on: what began before it
 * opened says nothing about now.
 */
export function settleBreaker(breaker: Breaker, settlement: BreakerSettlement): Breaker {
  const { decisionId, outcome, atMs, opensAt } = settlement;
  const { failures, openedAtMs, trial } = breaker;
  if (trial === decisionId) {
    if (outcome === 'succeeded') return closedBreaker;
    return { failures, openedAtMs: outcome === 'none' ? openedAtMs : atMs, trial: '' };
  }
  if (outcome === 'none' || openedAtMs > 0) return breaker;
  if (outcome === 'succeeded') return closedBreaker;
  return { failures: failures + 1, openedAtMs: failures + 1 >= opensAt ? atMs : 0, trial: '' };
}
