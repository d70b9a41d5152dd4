import type { Settlement } from '../play/engine.ts';

/** The ends of actions that lie ahead. */
export class DueSettlements {
  #ahead: readonly Settlement[];

  constructor(settlements: readonly Settlement[]) {
    this.#ahead = settlements;
  }

  add(settlements: readonly Settlement[]): void {
    this.#ahead = [...this.#ahead, ...settlements];
  }

  /** Those from before, oldest first. What ends at the moment of a decision comes after it. */
  takeBefore(time: Date): readonly Settlement[] {
    const taken = this.#ahead.filter(({ at }) => at < time);
    this.#ahead = this.#ahead.filter(({ at }) => at >= time);
    return taken.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  }
}
