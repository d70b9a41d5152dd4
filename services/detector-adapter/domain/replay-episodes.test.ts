import { describe, expect, it } from 'vitest';
import { episodeKey } from './episode.ts';
import { type LoggedEvent, replayEpisodes } from './replay-episodes.ts';

const MINUTE = 60_000;
const t0 = Date.parse('2026-03-03T03:12:00Z');
const policy = {
  staleAfterMs: 60 * MINUTE,
  coolingMs: 5 * MINUTE,
  rememberMs: 24 * 60 * MINUTE,
  announceAgainMs: 30_000,
};
const told = { source: 'http', fingerprint: 'f', service: 'api-server' };
const key = episodeKey(told);
const reported = (incidentId: string, ms: number, reopened = false): LoggedEvent => ({
  type: 'reported',
  incidentId,
  ...told,
  startedAtMs: t0,
  atMs: t0 + ms,
  reopened,
});
const resolved = (incidentId: string, ms: number): LoggedEvent => ({
  type: 'resolved',
  incidentId,
  atMs: t0 + ms,
});
const replay = (events: readonly LoggedEvent[], nowMs = 10 * MINUTE) => {
  const into = replayEpisodes(policy);
  for (const event of events) into.add(event);
  return into.episodes(new Date(t0 + nowMs));
};

describe('the log', () => {
  it('says what is open; when it was last seen it does not say, so it is not stale at once', () => {
    const episode = replay([reported('inc-1', 0)], 100 * MINUTE).get(key);
    expect(episode).toEqual({
      phase: 'open',
      incidentId: 'inc-1',
      service: 'api-server',
      startedAtMs: t0,
      openedAtMs: t0,
      lastSeenAtMs: t0 + 100 * MINUTE,
      count: 1,
    });
  });

  it('says what has ended, for as long as that matters', () => {
    const events = [reported('inc-1', 0), resolved('inc-1', MINUTE)];
    expect(replay(events).get(key)).toMatchObject({ phase: 'cooling', endedAtMs: t0 + MINUTE });
    expect(replay(events, 25 * 60 * MINUTE).size).toBe(0);
  });

  it('says what was opened again', () => {
    const events = [reported('inc-1', 0), resolved('inc-1', 1), reported('inc-1', 2, true)];
    expect(replay(events).get(key)).toMatchObject({ phase: 'open', openedAtMs: t0 + 2, startedAtMs: t0 });
    expect(replay([...events, resolved('inc-1', 3)]).get(key)).toMatchObject({
      phase: 'cooling',
      endedAtMs: t0 + 3,
    });
  });

  it('may hold copies, which come late and change nothing', () => {
    const opened = reported('inc-1', 0);
    const again = reported('inc-1', 2, true);
    const ended = resolved('inc-1', 1);
    expect(replay([opened, ended, opened]).get(key)).toMatchObject({ phase: 'cooling' });
    expect(replay([opened, ended, again, ended]).get(key)).toMatchObject({ phase: 'open' });
    expect(replay([opened, ended, again, resolved('inc-1', 3), again]).get(key)).toMatchObject({
      phase: 'cooling',
    });
  });

  it('may hold two incidents of one problem in two partitions, which are read in any order', () => {
    const first = [reported('inc-1', 0), resolved('inc-1', 1)];
    const second = [reported('inc-2', 6 * MINUTE)];
    for (const events of [
      [...first, ...second],
      [...second, ...first],
    ])
      expect(replay(events).get(key)).toMatchObject({ phase: 'open', incidentId: 'inc-2' });
  });

  it('may begin in the middle of a story', () => {
    expect(replay([resolved('inc-1', 1)]).size).toBe(0);
    expect(replay([reported('inc-1', 2, true)]).get(key)).toMatchObject({ phase: 'open', startedAtMs: t0 });
  });
});
