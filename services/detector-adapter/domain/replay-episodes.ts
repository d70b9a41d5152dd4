import { type Episode, type EpisodePolicy, episodeKey, forgetAtMs } from './episode.ts';

/** What the log says of an incident. */
export type LoggedEvent =
  | {
      readonly type: 'reported';
      readonly incidentId: string;
      readonly source: string;
      readonly fingerprint: string;
      readonly service: string;
      readonly startedAtMs: number;
      readonly atMs: number;
      readonly reopened: boolean;
    }
  | { readonly type: 'resolved'; readonly incidentId: string; readonly atMs: number };

export interface Replay {
  /** Events of one incident in the order of the log; copies may come late. */
  add(event: LoggedEvent): void;
  /** The episodes as they are now, by their keys. */
  episodes(now: Date): ReadonlyMap<string, Episode>;
}

interface Story {
  readonly key: string;
  readonly incidentId: string;
  readonly service: string;
  readonly startedAtMs: number;
  openedAtMs: number;
  endedAtMs: number | undefined;
}

/** The episodes, from the log alone. What the log has is announced; what it never had, nobody was promised. */
export function replayEpisodes(policy: EpisodePolicy): Replay {
  const stories = new Map<string, Story>();
  return {
    add: (event) => {
      const story = stories.get(event.incidentId);
      if (event.type === 'resolved') {
        if (story && story.endedAtMs === undefined && event.atMs >= story.openedAtMs)
          story.endedAtMs = event.atMs;
      } else if (!story) {
        stories.set(event.incidentId, begin(event));
      } else if (event.reopened && story.endedAtMs !== undefined && event.atMs > story.endedAtMs) {
        story.openedAtMs = event.atMs;
        story.endedAtMs = undefined;
      }
    },
    episodes: (now) => {
      const newest = new Map<string, Story>();
      // Two incidents of one key may stand in two partitions, which come in any order.
      for (const story of stories.values()) {
        const other = newest.get(story.key);
        if (!other || story.openedAtMs > other.openedAtMs) newest.set(story.key, story);
      }
      return new Map(
        [...newest]
          .map(([key, story]) => [key, toEpisode(story, now.getTime())] as const)
          .filter(([, episode]) => episode.phase === 'open' || forgetAtMs(episode, policy) > now.getTime()),
      );
    },
  };
}

function begin(event: Extract<LoggedEvent, { type: 'reported' }>): Story {
  const { incidentId, service, startedAtMs, atMs } = event;
  return {
    key: episodeKey(event),
    incidentId,
    service,
    startedAtMs,
    openedAtMs: atMs,
    endedAtMs: undefined,
  };
}

/** Repeats are not in the log: an open episode counts as seen just now, or it would be stale at once. */
function toEpisode(story: Story, nowMs: number): Episode {
  const { incidentId, service, startedAtMs, openedAtMs, endedAtMs } = story;
  const incident = { incidentId, service, startedAtMs };
  if (endedAtMs !== undefined) return { phase: 'cooling', ...incident, endedAtMs };
  return { phase: 'open', ...incident, openedAtMs, lastSeenAtMs: Math.max(nowMs, openedAtMs), count: 1 };
}
