import type { OutgoingEvent } from '#lib/events/event.ts';
import type { Watch, WatchIds } from './domain/watch.ts';

/** What a look at a watch led to: its new state, what to say, and when to look again. */
export interface Step {
  readonly watch: Watch;
  readonly events: readonly OutgoingEvent[];
  readonly lookAgainAt: Date | undefined;
}

/** State and what is said about it change together, or not at all. */
export interface Watches {
  /** Makes the watch where there is none, and gives it to `step` while nobody else has it. */
  advance(ids: WatchIds, step: (watch: Watch) => Step): Promise<void>;
}

/** By what people call actions. */
export interface NamedWatches {
  /** The action with this id, or those that ended as unknown and whose ids begin with it, at most `limit`. */
  named(id: string, limit: number): Promise<readonly WatchIds[]>;
}
