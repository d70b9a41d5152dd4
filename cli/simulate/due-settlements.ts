import type { BreakerReset, Settlement } from '../play/engine.ts';

/** What guardrails hear of beside decisions. */
export type Due = Settlement | BreakerReset;

/** The ends of actions, and resets of breakers, that lie ahead. */
export class DueSettlements {
  #ahead: readonly Due[];

  constructor(due: readonly Due[]) {
    this.#ahead = due;
  }

  add(settlements: readonly Settlement[]): void {
    this.#ahead = [...this.#ahead, ...settlements];
  }

  /** Those from before, oldest first. What ends at the moment of a decision comes after it. */
  takeBefore(time: Date): readonly Due[] {
    const taken = this.#ahead.filter(({ at }) => at < time);
    this.#ahead = this.#ahead.filter(({ at }) => at >= time);
    return taken.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  }
}
