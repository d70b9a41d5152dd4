import { dueAtMs, type Episode, type EpisodePolicy } from '../domain/episode.ts';
import { next } from '../domain/next-episode.ts';
import type { Episodes } from '../ports.ts';
import { notReady } from './not-ready.ts';

/** For a system in one process. It begins empty at each start, so it is rebuilt from the log first. */
export function memoryEpisodes(policy: EpisodePolicy): Episodes {
  const episodes = new Map<string, Episode>();
  const keys = new Map<string, string>();
  let ready = false;

  const put = (key: string, episode: Episode | undefined): void => {
    const before = incidentOf(episodes.get(key));
    const after = incidentOf(episode);
    if (before !== undefined && before !== after) keys.delete(before);
    if (after !== undefined) keys.set(after, key);
    if (episode) episodes.set(key, episode);
    else episodes.delete(key);
  };

  return {
    apply: async (key, event, now) => {
      if (!ready) throw notReady();
      const step = next(episodes.get(key), event, now, policy);
      put(key, step.episode);
      return step;
    },
    keyOf: async (incidentId) => {
      if (!ready) throw notReady();
      return keys.get(incidentId);
    },
    due: async (now, limit) =>
      [...episodes]
        .map(([key, episode]) => ({ key, atMs: dueAtMs(episode, policy) }))
        .filter(({ atMs }) => atMs <= now.getTime())
        .toSorted((a, b) => a.atMs - b.atMs)
        .slice(0, limit)
        .map(({ key }) => key),
    isReady: async () => ready,
    rebuild: async (read) => {
      ready = false;
      episodes.clear();
      keys.clear();
      for (const [key, episode] of await read()) put(key, episode);
      ready = true;
      return true;
    },
  };
}

const incidentOf = (episode: Episode | undefined): string | undefined =>
  episode && episode.phase !== 'tombstone' ? episode.incidentId : undefined;
