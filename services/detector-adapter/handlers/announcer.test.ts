import { beforeEach, expect, it } from 'vitest';
import { systemClock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import { episodePolicy, reportOf } from '../../../test/contracts/episodes.ts';
import { deferred, eventually } from '../../../test/support/eventually.ts';
import { silentLogger } from '../../../test/support/silent-logger.ts';
import { memoryEpisodes } from '../adapters/memory-episodes.ts';
import { episodeKey, type OpenEpisode } from '../domain/episode.ts';
import type { EpisodeEvent } from '../domain/next-episode.ts';
import type { Episodes } from '../ports.ts';
import { createAnnouncer } from './announcer.ts';

const report = reportOf('f');
const key = episodeKey(report);
const firing: EpisodeEvent = { type: 'firing', report };
const end: EpisodeEvent = { type: 'resolved', reason: 'source', words: '' };

let episodes: Episodes;
let told: OutgoingEvent[];
let counted: number;
beforeEach(async () => {
  episodes = memoryEpisodes(episodePolicy);
  await episodes.rebuild(async () => new Map());
  told = [];
  counted = 0;
});

/** One instance: all of them share the store. */
const instance = (
  publish: (events: readonly OutgoingEvent[]) => Promise<void>,
  over: Partial<Episodes> = {},
) =>
  createAnnouncer({
    episodes: { ...episodes, ...over },
    publish: async (events) => {
      await publish(events);
      told.push(...events);
    },
    clock: systemClock,
    logger: silentLogger,
    metrics: { incidents: { add: (value) => void (counted += value) } },
    sendWithinMs: 2_000,
  });
const good = async () => {};
const away = () => Promise.reject(new BelayError('unavailable', 'no broker', { code: 'BUS_UNAVAILABLE' }));

it('two instances that tell the same incident at once count it once', async () => {
  const held = deferred();
  const both = [instance(() => held.promise), instance(() => held.promise)];
  const settled = Promise.all(both.map((announcer) => announcer.settle(key, firing)));
  await eventually(async () => {
    const step = await episodes.apply(key, { type: 'tick' }, systemClock.now());
    expect((step.episode as OpenEpisode).count).toBe(2);
  });
  held.resolve();
  expect((await settled).map(({ outcome }) => outcome)).toEqual(['opened', 'repeated']);
  expect(told).toHaveLength(2);
  expect(told[0]).toEqual(told[1]);
  expect(counted).toBe(1);
});

it('an end waits until the beginning is told, and both are told in order', async () => {
  await expect(instance(away).settle(key, firing)).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE' });
  await expect(instance(away).settle(key, end)).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE' });
  expect((await instance(good).settle(key, end)).outcome).toBe('ended');
  expect(told.map(({ type }) => type)).toEqual(['IncidentReported', 'IncidentResolved']);
});

it('what the log has is promised, even if that could not be noted; it is told again with the same content', async () => {
  const forgetful: Episodes['apply'] = (to, event, now) =>
    event.type === 'announced' ? away() : episodes.apply(to, event, now);
  expect((await instance(good, { apply: forgetful }).settle(key, firing)).outcome).toBe('opened');
  expect((await instance(good).settle(key, firing)).outcome).toBe('repeated');
  expect(told).toHaveLength(2);
  expect(told[0]).toEqual(told[1]);
  expect(counted).toBe(1);
});

it('what was granted too long ago is not sent: the store may be another one by now', async () => {
  let nowMs = 0;
  const clock = { ...systemClock, monotonicMs: () => nowMs };
  const slow: Episodes['apply'] = async (...args) => {
    nowMs += 2_001;
    return episodes.apply(...args);
  };
  const announcer = createAnnouncer({
    episodes: { ...episodes, apply: slow },
    publish: async (events) => void told.push(...events),
    clock,
    logger: silentLogger,
    metrics: { incidents: { add: () => {} } },
    sendWithinMs: 2_000,
  });
  await expect(announcer.settle(key, firing)).rejects.toMatchObject({
    kind: 'unavailable',
    code: 'EPISODES_SLOW',
  });
  expect(told).toEqual([]);
});
