import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Episode,
  type EpisodePolicy,
  episodeKey,
  type OpenEpisode,
} from '../../services/detector-adapter/domain/episode.ts';
import { type EpisodeEvent, next } from '../../services/detector-adapter/domain/next-episode.ts';
import type { Report } from '../../services/detector-adapter/domain/report.ts';
import type { Episodes } from '../../services/detector-adapter/ports.ts';

const MINUTE = 60_000;

export const episodePolicy: EpisodePolicy = {
  staleAfterMs: 60 * MINUTE,
  coolingMs: 5 * MINUTE,
  rememberMs: 24 * 60 * MINUTE,
  announceAgainMs: 30_000,
};

export const reportOf = (fingerprint: string, change: Partial<Report> = {}): Report => ({
  source: 'http',
  fingerprint,
  service: 'api-server',
  symptom: 'CrashLoopBackOff',
  probableCause: '',
  confidence: 0.95,
  labels: { 'remediator.kubedojo.io/enabled': 'true', '7': 'ünïcode "quoted"' },
  context: {},
  affectedServices: ['api-server'],
  summary: '',
  externalId: 'INC001',
  reportedBy: { kind: 'human', name: 'maria' },
  ...change,
});

/** What every store of episodes keeps. `open` gives one that is empty, not yet ready, and believes any clock. */
export function episodesContract(name: string, open: () => Promise<Episodes>): void {
  describe(`episodes contract: ${name}`, () => {
    const start = Date.parse('2026-03-03T03:12:00Z');
    const at = (ms: number) => new Date(start + ms);
    const keyOf = (fingerprint: string) => episodeKey(reportOf(fingerprint));
    const tick: EpisodeEvent = { type: 'tick' };
    const end: EpisodeEvent = { type: 'resolved', reason: 'source', words: '' };
    let episodes: Episodes;
    beforeEach(async () => {
      episodes = await open();
    });

    const apply = (fingerprint: string, event: EpisodeEvent, ms: number) =>
      episodes.apply(keyOf(fingerprint), event, at(ms));
    const fire = (fingerprint: string, ms: number, change: Partial<Report> = {}) =>
      apply(fingerprint, { type: 'firing', report: reportOf(fingerprint, change) }, ms);
    const idOf = ({ episode }: { episode: Episode | undefined }) => (episode as OpenEpisode).incidentId;
    /** Opens it and has it told. */
    const fireAndTell = async (fingerprint: string, ms: number) => {
      const step = await fire(fingerprint, ms);
      await apply(fingerprint, { type: 'announced', atMs: start + ms }, ms);
      return idOf(step);
    };

    it('refuses everything until it is rebuilt', async () => {
      expect(await episodes.isReady()).toBe(false);
      const refusal = { kind: 'unavailable', code: 'EPISODES_NOT_READY' };
      await expect(fire('f', 0)).rejects.toMatchObject(refusal);
      await expect(episodes.keyOf('inc-1')).rejects.toMatchObject(refusal);
      expect(await episodes.rebuild(async () => new Map())).toBe(true);
      expect(await episodes.isReady()).toBe(true);
      expect((await fire('f', 0)).outcome).toBe('opened');
    });

    it('refuses everything while it is rebuilt, and after a rebuild that failed', async () => {
      await episodes.rebuild(async () => new Map());
      const read = async (): Promise<never> => {
        expect(await episodes.isReady()).toBe(false);
        await expect(fire('f', 0)).rejects.toMatchObject({ code: 'EPISODES_NOT_READY' });
        throw new Error('the log is away');
      };
      await expect(episodes.rebuild(read)).rejects.toThrow('the log is away');
      expect(await episodes.isReady()).toBe(false);
      await expect(fire('f', 0)).rejects.toMatchObject({ code: 'EPISODES_NOT_READY' });
      expect(await episodes.rebuild(async () => new Map())).toBe(true);
    });

    describe('when it is ready', () => {
      beforeEach(() => episodes.rebuild(async () => new Map()));

      it('lets one of two hundred racers open an episode, and counts the others', async () => {
        for (const fingerprint of ['a', 'b', 'c']) {
          const steps = await Promise.all(Array.from({ length: 200 }, (_, i) => fire(fingerprint, i % 3)));
          expect(steps.filter(({ outcome }) => outcome === 'opened')).toHaveLength(1);
          expect(new Set(steps.map(idOf)).size).toBe(1);
          expect((await fire(fingerprint, 5)).episode).toMatchObject({ count: 201 });
        }
      });

      it('lets one of many end it, one note that it is told, and one take over what is not told', async () => {
        await fire('f', 0);
        const race = async (event: EpisodeEvent, ms: number) =>
          (await Promise.all(Array.from({ length: 20 }, () => apply('f', event, ms)))).map((s) => s.outcome);
        const only = (outcomes: string[], outcome: string) => outcomes.filter((o) => o === outcome);
        expect(only(await race(tick, 30_000), 'announce_again')).toHaveLength(1);
        expect(only(await race({ type: 'announced', atMs: start }, 30_001), 'announced')).toHaveLength(1);
        expect(only(await race(tick, 60 * MINUTE), 'ended')).toHaveLength(1);
      });

      it('is the state machine, whatever happens in whatever order', async () => {
        let round = 0;
        const startedAtMs = fc.option(fc.constantFrom(start - MINUTE, start, start + MINUTE), {
          nil: undefined,
        });
        const event = fc.oneof(
          startedAtMs.map((ms) => ({ type: 'firing' as const, ms })),
          startedAtMs.map((ms) => ({ type: 'resolved' as const, ms })),
          fc.constant({ type: 'tick' as const, ms: undefined }),
          fc.constant({ type: 'announced' as const, ms: undefined }),
        );
        const move = fc.record({
          fingerprint: fc.constantFrom('f', 'g'),
          event,
          waitMs: fc.constantFrom(0, 1, MINUTE, 6 * MINUTE, 61 * MINUTE, 25 * 60 * MINUTE),
        });
        await fc.assert(
          fc.asyncProperty(fc.array(move, { maxLength: 30, size: 'max' }), async (moves) => {
            const model = new Map<string, Episode | undefined>();
            let ms = 0;
            round += 1;
            for (const { fingerprint, event, waitMs } of moves) {
              ms += waitMs;
              const own = `${fingerprint}${round}`;
              const before = model.get(own);
              const given = toEvent(event, own, before);
              const step = next(before, given, at(ms), episodePolicy);
              expect(await apply(own, given, ms)).toEqual(step);
              model.set(own, step.episode);
            }
          }),
          { numRuns: 60 },
        );
      });

      it('finds the episode of an incident, until it is forgotten or about another one', async () => {
        const first = await fireAndTell('f', 0);
        expect(await episodes.keyOf(first)).toBe(keyOf('f'));
        expect(await episodes.keyOf('inc-none')).toBeUndefined();
        await apply('f', end, MINUTE);
        await apply('f', { type: 'announced', atMs: start + MINUTE }, MINUTE);
        expect(await episodes.keyOf(first)).toBe(keyOf('f'));
        const second = idOf(await fire('f', 10 * MINUTE));
        expect(await episodes.keyOf(first)).toBeUndefined();
        expect(await episodes.keyOf(second)).toBe(keyOf('f'));
        const other = await fireAndTell('g', 0);
        await apply('g', end, MINUTE);
        await apply('g', { type: 'announced', atMs: start + MINUTE }, MINUTE);
        expect((await apply('g', tick, 48 * 60 * MINUTE)).outcome).toBe('forgotten');
        expect(await episodes.keyOf(other)).toBeUndefined();
      });

      it('knows what is due, the most overdue first', async () => {
        await fireAndTell('silent', 0);
        await fireAndTell('seen', 0);
        await fire('seen', 30 * MINUTE);
        await fire('untold', 50 * MINUTE);
        await apply('early', { ...end, startedAtMs: start }, 0);
        expect(await episodes.due(at(50 * MINUTE), 10)).toEqual([]);
        const all = [keyOf('untold'), keyOf('silent'), keyOf('seen'), keyOf('early')];
        expect(await episodes.due(at(61 * MINUTE), 10)).toEqual(all.slice(0, 2));
        expect(await episodes.due(at(25 * 60 * MINUTE), 3)).toEqual(all.slice(0, 3));
        expect(await episodes.due(at(25 * 60 * MINUTE), 10)).toEqual(all);
        await apply('early', tick, 25 * 60 * MINUTE);
        expect(await episodes.due(at(25 * 60 * MINUTE), 10)).toEqual(all.slice(0, 3));
      });
    });

    it('is after a rebuild what it was given, and nothing of before', async () => {
      await episodes.rebuild(async () => new Map());
      const gone = await fireAndTell('gone', 0);
      const incident = { service: 'api-server', startedAtMs: start };
      const known = Array.from({ length: 450 }, (_, i) => {
        const ends = i % 2 === 0 ? { phase: 'cooling' as const, endedAtMs: start } : undefined;
        const open = { phase: 'open' as const, openedAtMs: start, lastSeenAtMs: start, count: 1 };
        return [keyOf(`f${i}`), { incidentId: `inc-${i}`, ...incident, ...(ends ?? open) }] as const;
      });
      await episodes.rebuild(async () => new Map<string, Episode>(known));
      expect(await episodes.keyOf(gone)).toBeUndefined();
      expect((await fire('gone', MINUTE)).outcome).toBe('opened');
      for (const i of [0, 1, 448, 449]) expect(await episodes.keyOf(`inc-${i}`)).toBe(keyOf(`f${i}`));
      expect(await fire('f0', MINUTE)).toMatchObject({
        outcome: 'reopened',
        episode: { incidentId: 'inc-0' },
      });
      expect(await fire('f449', MINUTE)).toMatchObject({
        outcome: 'repeated',
        episode: { incidentId: 'inc-449', count: 2 },
      });
      expect(await episodes.due(at(60 * MINUTE), 1_000)).toHaveLength(226);
    });
  });
}

interface Drawn {
  readonly type: EpisodeEvent['type'];
  readonly ms: number | undefined;
}

function toEvent({ type, ms }: Drawn, fingerprint: string, before: Episode | undefined): EpisodeEvent {
  const start = ms === undefined ? {} : { startedAtMs: ms };
  switch (type) {
    case 'firing':
      return { type, report: reportOf(fingerprint, start) };
    case 'resolved':
      return { type, reason: 'source', words: '', ...start };
    case 'announced': {
      const pending = before && before.phase !== 'tombstone' ? before.unannounced : undefined;
      return { type, atMs: pending?.announcement.atMs ?? 0 };
    }
    case 'tick':
      return { type };
  }
}
