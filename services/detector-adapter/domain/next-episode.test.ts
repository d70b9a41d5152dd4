import { describe, expect, it } from 'vitest';
import type { CoolingEpisode, Episode, OpenEpisode, Tombstone } from './episode.ts';
import { type EpisodeEvent, next } from './next-episode.ts';
import type { Report } from './report.ts';

const MINUTE = 60_000;
const t0 = Date.parse('2026-03-03T03:12:00Z');
const policy = {
  staleAfterMs: 60 * MINUTE,
  coolingMs: 5 * MINUTE,
  rememberMs: 24 * 60 * MINUTE,
  announceAgainMs: 30_000,
};
const report: Report = {
  source: 'http',
  fingerprint: 'f',
  service: 'api-server',
  symptom: 'CrashLoopBackOff',
  probableCause: '',
  labels: {},
  context: {},
  affectedServices: [],
  summary: '',
  externalId: '',
  reportedBy: { kind: 'human', name: 'maria' },
};
const firing = (change: Partial<Report> = {}): EpisodeEvent => ({
  type: 'firing',
  report: { ...report, ...change },
});
const resolved = (change: object = {}): EpisodeEvent => ({
  type: 'resolved',
  reason: 'source',
  words: '',
  ...change,
});
const tick: EpisodeEvent = { type: 'tick' };
const after = (episode: Episode | undefined, event: EpisodeEvent, ms: number) =>
  next(episode, event, new Date(t0 + ms), policy);

/** As it is once the log has everything. */
const told = (step: { episode: Episode | undefined }): Episode => {
  const { unannounced: _, ...episode } = step.episode as OpenEpisode;
  return episode;
};
const open = told(after(undefined, firing(), 0)) as OpenEpisode;
const cooling = told(after(open, resolved(), MINUTE)) as CoolingEpisode;
const tombstone = after(undefined, resolved({ startedAtMs: t0 }), 0).episode as Tombstone;

describe('none', () => {
  it('opens with a firing, under an id of source, fingerprint and start', () => {
    const { outcome, episode } = after(undefined, firing(), 0);
    expect(outcome).toBe('opened');
    expect(episode).toMatchObject({
      phase: 'open',
      startedAtMs: t0,
      count: 1,
      unannounced: { announcement: { kind: 'reported', reopened: false, atMs: t0, report } },
    });
    const ids = [
      firing(),
      firing({ source: 'grpc' }),
      firing({ fingerprint: 'g' }),
      firing({ startedAtMs: 1 }),
    ];
    expect(
      new Set(ids.map((event) => (after(undefined, event, 0).episode as OpenEpisode).incidentId)).size,
    ).toBe(4);
  });

  it('has the id of the start that the source gives, whenever the report arrives', () => {
    const [soon, late] = [10, 5_000].map((ms) => after(undefined, firing({ startedAtMs: t0 }), ms).episode);
    expect(soon).toMatchObject({ startedAtMs: t0, incidentId: (late as OpenEpisode).incidentId });
  });

  it('keeps a tombstone for an end that names its start, and nothing for one that does not', () => {
    expect(tombstone).toEqual({ phase: 'tombstone', startedAtMs: t0, leftAtMs: t0 });
    expect(after(undefined, resolved(), 0)).toEqual({ outcome: 'not_open', episode: undefined });
  });
});

describe('tombstone', () => {
  it('drops the firing that comes late, and no other', () => {
    expect(after(tombstone, firing({ startedAtMs: t0 }), MINUTE)).toEqual({
      outcome: 'dropped',
      episode: tombstone,
    });
    expect(after(tombstone, firing({ startedAtMs: t0 + 1 }), MINUTE).outcome).toBe('opened');
    expect(after(tombstone, firing(), MINUTE).outcome).toBe('opened');
  });

  it('is gone when no report may have its start any more', () => {
    expect(after(tombstone, tick, policy.rememberMs - 1).outcome).toBe('unchanged');
    expect(after(tombstone, tick, policy.rememberMs)).toEqual({ outcome: 'forgotten', episode: undefined });
  });
});

describe('open', () => {
  it('counts repeats, tells nothing of them, and keeps its id whatever start they give', () => {
    const { outcome, episode } = after(open, firing({ startedAtMs: t0 + MINUTE, summary: 'again' }), MINUTE);
    expect(outcome).toBe('repeated');
    expect(episode).toEqual({ ...open, count: 2, lastSeenAtMs: t0 + MINUTE });
  });

  it('does not take in what another service reports under its fingerprint', () => {
    expect(after(open, firing({ service: 'web' }), 1)).toEqual({ outcome: 'other_service', episode: open });
  });

  it('ends by its id, by its source, or by silence', () => {
    const byPerson = resolved({
      incidentId: open.incidentId,
      reason: 'person',
      by: { kind: 'human', name: 'm' },
      words: 'fixed',
    });
    expect(after(open, byPerson, MINUTE)).toMatchObject({
      outcome: 'ended',
      episode: {
        phase: 'cooling',
        endedAtMs: t0 + MINUTE,
        unannounced: {
          announcement: { kind: 'resolved', reason: 'person', by: { name: 'm' }, words: 'fixed' },
        },
      },
    });
    expect(after(open, resolved({ startedAtMs: t0 }), MINUTE).outcome).toBe('ended');
    expect(after(open, tick, policy.staleAfterMs - 1).outcome).toBe('unchanged');
    expect(after(open, tick, policy.staleAfterMs)).toMatchObject({
      outcome: 'ended',
      episode: { unannounced: { announcement: { reason: 'stale' } } },
    });
  });

  it('is not stale while it is reported', () => {
    const seen = after(open, firing(), 59 * MINUTE).episode;
    expect(after(seen, tick, 60 * MINUTE).outcome).toBe('unchanged');
    expect(after(seen, tick, 119 * MINUTE).outcome).toBe('ended');
  });

  it('does not end by what is about an earlier one', () => {
    expect(after(open, resolved({ startedAtMs: t0 - 1 }), 1).outcome).toBe('not_open');
    expect(after(open, resolved({ incidentId: 'inc-other' }), 1).outcome).toBe('not_open');
  });

  it('ends after it was last seen, also by a clock that is behind', () => {
    expect(after(open, resolved(), -500).episode).toMatchObject({ endedAtMs: t0 + 1 });
  });
});

describe('cooling', () => {
  it('opens again under its id within five minutes, with what is reported now', () => {
    const { outcome, episode } = after(cooling, firing({ summary: 'back' }), 6 * MINUTE);
    expect(outcome).toBe('reopened');
    expect(episode).toMatchObject({
      phase: 'open',
      incidentId: open.incidentId,
      startedAtMs: t0,
      openedAtMs: t0 + 6 * MINUTE,
      unannounced: { announcement: { reopened: true, atMs: t0 + 6 * MINUTE, report: { summary: 'back' } } },
    });
  });

  it('is another incident later', () => {
    const { outcome, episode } = after(cooling, firing(), 6 * MINUTE + 1);
    expect(outcome).toBe('opened');
    expect((episode as OpenEpisode).incidentId).not.toBe(open.incidentId);
  });

  it('is the same incident later too when its source never stopped: its id would be made twice', () => {
    const still = after(cooling, firing({ startedAtMs: t0 }), 60 * MINUTE);
    expect(still).toMatchObject({ outcome: 'reopened', episode: { incidentId: open.incidentId } });
    expect(after(cooling, firing({ startedAtMs: cooling.endedAtMs }), 60 * MINUTE).outcome).toBe('reopened');
    expect(after(cooling, firing({ startedAtMs: cooling.endedAtMs + 1 }), 60 * MINUTE).outcome).toBe(
      'opened',
    );
  });

  it('goes forward in time, also by a clock that is behind', () => {
    expect(after(cooling, firing(), MINUTE - 500).episode).toMatchObject({ openedAtMs: t0 + MINUTE + 1 });
  });

  it('is not open for another end, nor for another service', () => {
    expect(after(cooling, resolved(), 2 * MINUTE)).toEqual({ outcome: 'not_open', episode: cooling });
    expect(after(cooling, firing({ service: 'web' }), 2 * MINUTE).outcome).toBe('other_service');
  });

  it('is forgotten when no start from before its end may come any more', () => {
    expect(after(cooling, tick, MINUTE + policy.rememberMs - 1).outcome).toBe('unchanged');
    expect(after(cooling, tick, MINUTE + policy.rememberMs).outcome).toBe('forgotten');
  });
});

describe('what the log does not have yet', () => {
  const untold = after(undefined, firing(), 0).episode;
  const untoldEnd = after(open, resolved(), MINUTE).episode;

  it('comes before every change of phase', () => {
    expect(after(untold, resolved(), 1)).toEqual({ outcome: 'announce_first', episode: untold });
    expect(after(untoldEnd, firing(), 2 * MINUTE)).toEqual({ outcome: 'announce_first', episode: untoldEnd });
    expect(after(untold, tick, policy.staleAfterMs).outcome).toBe('announce_again');
  });

  it('is told by whoever reports or ends it again', () => {
    expect(after(untold, firing(), 1)).toMatchObject({ outcome: 'repeated', episode: { unannounced: {} } });
    expect(after(untoldEnd, resolved(), 2 * MINUTE)).toEqual({ outcome: 'ended', episode: untoldEnd });
  });

  it('is for the sweeper to tell after a while, for one sweeper at a time', () => {
    expect(after(untold, tick, policy.announceAgainMs - 1).outcome).toBe('unchanged');
    const claimed = after(untold, tick, policy.announceAgainMs);
    expect(claimed.outcome).toBe('announce_again');
    expect(after(claimed.episode, tick, policy.announceAgainMs + 1).outcome).toBe('unchanged');
  });

  it('is done with when the log has it, and only that', () => {
    expect(after(untold, { type: 'announced', atMs: t0 }, 10)).toEqual({
      outcome: 'announced',
      episode: open,
    });
    expect(after(untold, { type: 'announced', atMs: t0 - 1 }, 10)).toEqual({
      outcome: 'unchanged',
      episode: untold,
    });
    expect(after(undefined, { type: 'announced', atMs: t0 }, 10).outcome).toBe('unchanged');
  });
});
