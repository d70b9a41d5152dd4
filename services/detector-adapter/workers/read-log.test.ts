import { expect, it } from 'vitest';
import { openSqliteBus } from '#lib/bus/sqlite-bus.ts';
import { prepareTopics, topicSpecs } from '#lib/bus/topics.ts';
import { systemClock } from '#lib/clock.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import { badRecords } from '../../../test/support/bad-records.ts';
import { sampleEvents } from '../../../test/support/sample-events.ts';
import { silentLogger } from '../../../test/support/silent-logger.ts';
import { episodePolicy } from '../../../test/contracts/episodes.ts';
import { episodeKey } from '../domain/episode.ts';
import { readLog } from './read-log.ts';

const openLog = async () => {
  const bus = await openSqliteBus({ file: ':memory:', clock: systemClock });
  const settings = { partitions: 2, replicationFactor: 1, retentionMs: 7 * 86_400_000 };
  await prepareTopics(bus, topicSpecs(['incident'], settings));
  return bus;
};
const read = (bus: Awaited<ReturnType<typeof openLog>>, signal = new AbortController().signal) =>
  readLog({ bus, policy: episodePolicy, clock: systemClock, logger: silentLogger }, signal);

it('the log is read to its end, past what cannot be read', async () => {
  const bus = await openLog();
  const samples = sampleEvents.filter(({ type }) => type === 'IncidentReported');
  const bad = badRecords('m').filter(({ record }) => record.topic === 'incident');
  expect(bad.length).toBeGreaterThan(3);
  await bus.publish(bad.map(({ record }) => record));
  await bus.publish(samples.map((event) => encodeEvent(event, 'belay/detector-adapter')));
  const key = episodeKey({ source: 'cli', fingerprint: 'api-server/CrashLoopBackOff' });
  expect([...(await read(bus))]).toEqual([
    [key, expect.objectContaining({ phase: 'open', incidentId: 'inc-017', service: 'api-server' })],
  ]);
  await bus.close();
});

it('a stop does not wait for a log that does not answer', async () => {
  const stuck = Promise.withResolvers<void>();
  const bus = {
    follow: async () => ({
      caughtUp: stuck.promise,
      stop: async () => stuck.reject(new Error('stopped')),
    }),
  };
  const stop = new AbortController();
  const options = { bus, policy: episodePolicy, clock: systemClock, logger: silentLogger };
  const reading = readLog(options, stop.signal);
  stop.abort();
  await expect(reading).rejects.toThrow('stopped');
});
