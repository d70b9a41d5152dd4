import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Announcement, type Episode, episodeKey, type EpisodePolicy } from './episode.ts';
import { type EpisodeEvent, type EpisodeStep, next } from './next-episode.ts';
import { type LoggedEvent, replayEpisodes } from './replay-episodes.ts';
import type { Report } from './report.ts';

/**
 * A whole life against a log that loses answers: reports and ends in any order, late and twice, by clocks that
 * differ, with time passing, sweeps, and stores that are lost and rebuilt.
 */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const MAX_START_AGE_MS = 24 * HOUR;
const MAX_SKEW_MS = MINUTE;
const policy: EpisodePolicy = {
  staleAfterMs: HOUR,
  coolingMs: 5 * MINUTE,
  rememberMs: MAX_START_AGE_MS + MAX_SKEW_MS,
  announceAgainMs: 30 * SECOND,
};
const report: Report = {
  source: 'http',
  fingerprint: 'f',
  service: 'api-server',
  symptom: 'x',
  probableCause: '',
  labels: {},
  context: {},
  affectedServices: [],
  summary: '',
  externalId: '',
  reportedBy: { kind: 'human', name: 'maria' },
};

/** How a send ends: what its sender hears, and what the log gets. */
type Send = 'good' | 'refused' | 'written_and_lost' | 'written_later' | 'noted_by_nobody' | 'written_twice';

type Entry = LoggedEvent & { readonly eventId: string };

class World {
  nowMs = Date.parse('2026-03-03T03:12:00Z');
  episode: Episode | undefined;
  readonly log: Entry[] = [];
  /** Sent, not answered, and not written yet. */
  #late: Entry[] = [];

  /** As the announcer does it. Undefined: its asker was told to come again. */
  settle(event: EpisodeEvent, send: Send, skewMs: number): EpisodeStep | undefined {
    for (;;) {
      const step = next(this.episode, event, new Date(this.nowMs + skewMs), policy);
      this.episode = step.episode;
      if (step.episode && step.episode.phase !== 'tombstone' && step.episode.unannounced) {
        const { incidentId, unannounced } = step.episode;
        if (!this.#write(entryOf(step.episode, unannounced.announcement), send)) return undefined;
        const noted: EpisodeEvent = { type: 'announced', atMs: unannounced.announcement.atMs };
        if (send !== 'noted_by_nobody')
          this.episode = next(this.episode, noted, new Date(this.nowMs), policy).episode;
        expect(incidentId).not.toBe('');
        // Of an announcement that is not noted as told, the next asker has to tell it again.
        if (send === 'noted_by_nobody' && step.outcome === 'announce_first') return undefined;
      }
      if (step.outcome !== 'announce_first') return step;
    }
  }

  #write(entry: Entry, send: Send): boolean {
    if (send === 'refused') return false;
    if (send === 'written_later') this.#late.push(entry);
    else this.log.push(entry);
    if (send === 'written_twice') this.log.push(entry);
    return send !== 'written_later' && send !== 'written_and_lost';
  }

  writeLate(): void {
    this.log.push(...this.#late.splice(0));
  }

  /** The rebuild waits until nothing is on its way any more. */
  rebuild(): void {
    this.writeLate();
    const replay = replayEpisodes(policy);
    for (const entry of this.log) replay.add(entry);
    this.episode = replay.episodes(new Date(this.nowMs)).get(episodeKey(report));
  }

  /** What readers that drop copies know: the incidents that are open, in the order of the log. */
  openIncidents(): string[] {
    const seen = new Set<string>();
    const open = new Set<string>();
    for (const { eventId, type, incidentId } of this.log) {
      if (seen.has(eventId)) continue;
      seen.add(eventId);
      if (type === 'reported') open.add(incidentId);
      else open.delete(incidentId);
      expect(open.size).toBeLessThanOrEqual(1);
    }
    return [...open];
  }
}

function entryOf(
  { incidentId, startedAtMs }: { incidentId: string; startedAtMs: number },
  announcement: Announcement,
): Entry {
  const { atMs } = announcement;
  if (announcement.kind === 'resolved')
    return { type: 'resolved', incidentId, atMs, eventId: `${incidentId}/${atMs}` };
  const { reopened } = announcement;
  const { source, fingerprint, service } = report;
  const eventId = reopened ? `${incidentId}/reopened/${atMs}` : incidentId;
  return { type: 'reported', incidentId, source, fingerprint, service, startedAtMs, atMs, reopened, eventId };
}

const send = fc.constantFrom<Send[]>(
  'good',
  'good',
  'good',
  'refused',
  'written_and_lost',
  'written_later',
  'noted_by_nobody',
  'written_twice',
);
const skewMs = fc.integer({ min: -2_000, max: 2_000 });
const startAgeMs = fc.option(fc.constantFrom(-30 * SECOND, 0, MINUTE, 10 * MINUTE, 2 * HOUR, 20 * HOUR), {
  nil: undefined,
});
const op = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('fire' as const), send, skewMs, startAgeMs }) },
  // A source that goes on saying the same start.
  { weight: 3, arbitrary: fc.record({ do: fc.constant('fireSame' as const), send, skewMs }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('resolve' as const), send, skewMs, startAgeMs }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('sweep' as const), send, skewMs }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.oneof(
        fc.constantFrom(1, SECOND, MINUTE, 5 * MINUTE, 6 * MINUTE, 61 * MINUTE, 25 * HOUR),
        fc.nat(10 * MINUTE),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('writeLate' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rebuild' as const) }) },
);

function fire(world: World, startedAtMs: number | undefined, how: { send: Send; skewMs: number }): void {
  // As validation lets them through.
  if (startedAtMs !== undefined && world.nowMs - startedAtMs > MAX_START_AGE_MS) return;
  const before = world.episode;
  const written = world.log.length;
  const start = startedAtMs === undefined ? {} : { startedAtMs };
  const step = world.settle({ type: 'firing', report: { ...report, ...start } }, how.send, how.skewMs);
  if (!step || step.outcome === 'dropped') {
    if (step) expect(world.log).toHaveLength(written);
    return;
  }
  const { incidentId } = step.episode as { incidentId: string };
  // Whoever is told that it is taken finds it in the log, open, and alone.
  expect(world.openIncidents()).toEqual([incidentId]);
  if (step.outcome === 'repeated' && before?.phase === 'open') {
    expect(incidentId).toBe(before.incidentId);
    if (!before.unannounced) expect(world.log).toHaveLength(written);
  }
  if (before?.phase === 'cooling' && world.nowMs + how.skewMs <= before.endedAtMs + policy.coolingMs)
    expect(incidentId).toBe(before.incidentId);
}

function resolve(world: World, startedAtMs: number | undefined, how: { send: Send; skewMs: number }): void {
  const start = startedAtMs === undefined ? {} : { startedAtMs };
  const step = world.settle(
    { type: 'resolved', reason: 'source', words: '', ...start },
    how.send,
    how.skewMs,
  );
  if (step?.outcome === 'ended') expect(world.openIncidents()).toEqual([]);
}

function rebuild(world: World): void {
  const before = world.episode;
  world.rebuild();
  const after = world.episode;
  if (before === undefined || before.phase === 'tombstone' || before.unannounced) return;
  // What time alone would change may have changed; what the log knows has not.
  if (before.phase === 'open') expect(after).toMatchObject({ phase: 'open', incidentId: before.incidentId });
  else if (after) expect(after).toEqual(before);
}

it('holds its promises through any life', () => {
  fc.assert(
    fc.property(fc.array(op, { maxLength: 80, size: 'max' }), (ops) => {
      const world = new World();
      let lastStartMs: number | undefined;
      for (const step of ops) {
        if (step.do === 'wait') world.nowMs += step.ms;
        else if (step.do === 'writeLate') world.writeLate();
        else if (step.do === 'rebuild') rebuild(world);
        else if (step.do === 'sweep') world.settle({ type: 'tick' }, step.send, step.skewMs);
        else if (step.do === 'fireSame') fire(world, lastStartMs, step);
        else {
          const startedAtMs = step.startAgeMs === undefined ? undefined : world.nowMs - step.startAgeMs;
          lastStartMs = startedAtMs ?? lastStartMs;
          if (step.do === 'fire') fire(world, startedAtMs, step);
          else resolve(world, startedAtMs, step);
        }
      }
      // One id is one event, or readers that drop copies would drop news.
      const byId = new Map<string, Entry>();
      for (const entry of world.log)
        expect(entry).toEqual(byId.set(entry.eventId, byId.get(entry.eventId) ?? entry).get(entry.eventId));
    }),
    { numRuns: 2_000 },
  );
}, 60_000);
