import type { Episode } from './domain/episode.ts';
import type { EpisodeEvent, EpisodeStep } from './domain/next-episode.ts';

/**
 * Episodes, each changed by one event at a time, whoever asks at once. A store that cannot show that it is
 * the one it was refuses everything (`unavailable`, EPISODES_NOT_READY) until it is rebuilt from the log.
 */
export interface Episodes {
  apply(key: string, event: EpisodeEvent, now: Date): Promise<EpisodeStep>;
  /** Of an incident that is open or was until lately. */
  keyOf(incidentId: string): Promise<string | undefined>;
  /** Keys of episodes that time has changed, the most overdue first. */
  due(now: Date, limit: number): Promise<readonly string[]>;
  isReady(): Promise<boolean>;
  /**
   * Takes what `read` gives in place of everything, and is ready after it. One instance does it, the others
   * wait. Returns whether it was this one. Gives up, not ready, when the signal aborts.
   */
  rebuild(read: () => Promise<ReadonlyMap<string, Episode>>, signal?: AbortSignal): Promise<boolean>;
}
