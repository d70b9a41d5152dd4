import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type { Logger } from '#lib/logger.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import type { CoolingEpisode, OpenEpisode } from '../domain/episode.ts';
import type { EpisodeEvent, EpisodeStep } from '../domain/next-episode.ts';
import type { IncidentMetrics } from '../metrics.ts';
import type { Episodes } from '../ports.ts';
import { announcementEvents } from './announcement-events.ts';

export interface AnnouncerOptions {
  readonly episodes: Episodes;
  readonly publish: Publish;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<IncidentMetrics, 'incidents'>;
  /** How old a state of the store may be whose announcement is still sent. */
  readonly sendWithinMs: number;
}

export interface Announcer {
  /** Applies the event; returns when the log has what is to be told of it, and rejects when it may not. */
  settle(key: string, event: EpisodeEvent): Promise<EpisodeStep>;
  /** When nothing is on its way any more. Never rejects. */
  idle(): Promise<void>;
}

type Incident = OpenEpisode | CoolingEpisode;
type Pending = Incident & { readonly unannounced: NonNullable<Incident['unannounced']> };

/**
 * Change, tell, note that it is told. Whoever dies in between leaves the announcement with the episode, and
 * the next one to come tells it, with the same ids.
 */
export function createAnnouncer(options: AnnouncerOptions): Announcer {
  const { episodes, clock } = options;
  const inFlight = new Map<string, Promise<void>>();

  const announce = (key: string, pending: Pending): Promise<void> => {
    const id = `${key}/${pending.unannounced.announcement.atMs}`;
    const underWay = inFlight.get(id);
    if (underWay) return underWay;
    const told = tell(key, pending, options).finally(() => inFlight.delete(id));
    inFlight.set(id, told);
    return told;
  };

  return {
    settle: async (key, event) => {
      for (let attempt = 1; ; attempt += 1) {
        const askedAtMs = clock.monotonicMs();
        const step = await episodes.apply(key, event, clock.now());
        if (isPending(step.episode)) {
          requireFresh(clock.monotonicMs() - askedAtMs, options.sendWithinMs);
          await announce(key, step.episode);
        }
        if (step.outcome !== 'announce_first') return step;
        if (attempt === MOST_ATTEMPTS) throw busy();
      }
    },
    idle: async () => {
      await Promise.allSettled(inFlight.values());
    },
  };
}

/** Each attempt finds one announcement in its way, so this many mean a flood of opposite events. */
const MOST_ATTEMPTS = 5;

const isPending = (episode: EpisodeStep['episode']): episode is Pending =>
  episode !== undefined && episode.phase !== 'tombstone' && episode.unannounced !== undefined;

async function tell(key: string, pending: Pending, options: AnnouncerOptions): Promise<void> {
  const { episodes, publish, clock, logger, metrics } = options;
  const { announcement } = pending.unannounced;
  await publish(announcementEvents(pending, announcement));
  try {
    const event = { type: 'announced', atMs: announcement.atMs } as const;
    const { outcome } = await episodes.apply(key, event, clock.now());
    if (outcome !== 'announced') return;
    const { incidentId: incident, service } = pending;
    if (announcement.kind === 'resolved') {
      logger.info({ incident, service, reason: announcement.reason }, 'incident resolved');
    } else {
      const { source } = announcement.report;
      metrics.incidents.add(1, { source });
      logger.info({ incident, service, source, reopened: announcement.reopened }, 'incident reported');
    }
  } catch (error) {
    // The log has it, and that is what was promised. It will be told again, with the same ids.
    logger.warn({ err: error, incident: pending.incidentId }, 'could not note that an incident is told');
  }
}

/** A process that stood still may meet a store that was rebuilt meanwhile, without what it is about to tell. */
function requireFresh(ageMs: number, sendWithinMs: number): void {
  if (ageMs <= sendWithinMs) return;
  throw new BelayError('unavailable', 'the episode store took too long', {
    code: 'EPISODES_SLOW',
    next: 'send it again: what was begun goes on under the same id',
  });
}

function busy(): BelayError {
  return new BelayError('unavailable', 'the incident opens and ends faster than it can be told', {
    code: 'EPISODE_BUSY',
    next: 'send it again in a moment',
  });
}
