import type { Bus, BusRecord } from '#lib/bus/bus.ts';
import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import { decodeEvent } from '#lib/events/decode-event.ts';
import type { Logger } from '#lib/logger.ts';
import type { Episode, EpisodePolicy } from '../domain/episode.ts';
import { type LoggedEvent, replayEpisodes } from '../domain/replay-episodes.ts';

export interface ReadLogOptions {
  readonly bus: Pick<Bus, 'follow'>;
  readonly policy: EpisodePolicy;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The episodes as the whole of `incident` tells them. */
export async function readLog(
  options: ReadLogOptions,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Episode>> {
  const replay = replayEpisodes(options.policy);
  const following = await options.bus.follow({
    topic: 'incident',
    from: 'earliest',
    onRecords: (records) => {
      for (const record of records) {
        const event = toLogged(record, options.logger);
        if (event) replay.add(event);
      }
    },
    // Whoever waits below hears of it, and the rebuild begins again.
    onCrash: () => {},
  });
  // Makes the wait below fail: a log that is away may stay away for longer than a stop may take.
  const giveUp = () => void following.stop();
  signal.addEventListener('abort', giveUp);
  try {
    if (signal.aborted) giveUp();
    await following.caughtUp;
  } finally {
    signal.removeEventListener('abort', giveUp);
    await following.stop();
  }
  return replay.episodes(options.clock.now());
}

function toLogged(record: BusRecord, logger: Logger): LoggedEvent | undefined {
  try {
    const event = decodeEvent(record);
    if (event.type === 'IncidentReported') {
      const { incidentId, source, fingerprint, service, startedAt, reportedAt, reopened } = event.data;
      const startedAtMs = millis(startedAt);
      const told = { incidentId, source, fingerprint, service, startedAtMs, reopened };
      return { type: 'reported', ...told, atMs: millis(reportedAt) };
    }
    if (event.type === 'IncidentResolved') {
      const { incidentId, resolvedAt } = event.data;
      return { type: 'resolved', incidentId, atMs: millis(resolvedAt) };
    }
  } catch (error) {
    if (!(error instanceof BelayError)) throw error;
    // Its readers have set it aside; nothing that is not valid was ever told by this service.
    logger.warn({ err: error, offset: record.offset }, 'an incident record is not valid and is passed over');
  }
  return undefined;
}

/** The decoder has refused events without their times. */
const millis = (time: Date | undefined): number => time?.getTime() ?? 0;
