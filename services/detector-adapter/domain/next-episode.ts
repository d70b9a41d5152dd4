import {
  type CoolingEpisode,
  dueAtMs,
  type Episode,
  type EpisodePolicy,
  incidentIdOf,
  lastStartMs,
  type OpenEpisode,
  type ResolveReason,
} from './episode.ts';
import type { Actor, Report } from './report.ts';

export type EpisodeEvent =
  | { readonly type: 'firing'; readonly report: Report }
  | Resolved
  /** Time has passed. */
  | { readonly type: 'tick' }
  /** The log has the announcement of this time. */
  | { readonly type: 'announced'; readonly atMs: number };

/** By incident, or by a source, which knows its own start at most. */
export interface Resolved {
  readonly type: 'resolved';
  readonly incidentId?: string;
  readonly startedAtMs?: number;
  readonly reason: ResolveReason;
  readonly by?: Actor;
  readonly words: string;
}

/**
 * `announce_first`: nothing has changed, and can change only when the log has what is unannounced.
 * `announce_again`: whoever was to announce it has not; it is this caller's turn.
 */
export type EpisodeOutcome =
  | 'opened'
  | 'reopened'
  | 'repeated'
  | 'dropped'
  | 'other_service'
  | 'ended'
  | 'not_open'
  | 'announce_first'
  | 'announce_again'
  | 'announced'
  | 'forgotten'
  | 'unchanged';

export interface EpisodeStep {
  readonly outcome: EpisodeOutcome;
  readonly episode: Episode | undefined;
}

/** The state machine. Undefined is the state `none`. */
export function next(
  episode: Episode | undefined,
  event: EpisodeEvent,
  now: Date,
  policy: EpisodePolicy,
): EpisodeStep {
  const nowMs = now.getTime();
  switch (event.type) {
    case 'firing':
      return fire(episode, event.report, nowMs, policy);
    case 'resolved':
      return resolve(episode, event, nowMs, policy);
    case 'tick':
      return tick(episode, nowMs, policy);
    case 'announced':
      return acknowledge(episode, event.atMs);
  }
}

function fire(
  episode: Episode | undefined,
  report: Report,
  nowMs: number,
  policy: EpisodePolicy,
): EpisodeStep {
  switch (episode?.phase) {
    case undefined:
      return open(report, nowMs, policy);
    case 'tombstone':
      if (report.startedAtMs === episode.startedAtMs) return { outcome: 'dropped', episode };
      return open(report, nowMs, policy);
    case 'open': {
      if (report.service !== episode.service) return { outcome: 'other_service', episode };
      const lastSeenAtMs = Math.max(episode.lastSeenAtMs, nowMs);
      return { outcome: 'repeated', episode: { ...episode, count: episode.count + 1, lastSeenAtMs } };
    }
    case 'cooling':
      if (episode.unannounced) return { outcome: 'announce_first', episode };
      if (!continues(episode, report, nowMs, policy)) return open(report, nowMs, policy);
      if (report.service !== episode.service) return { outcome: 'other_service', episode };
      return reopen(episode, report, nowMs, policy);
  }
}

/**
 * Within the cooling time whatever it says of its start. Later only if it began before the end: then the
 * source has never stopped, and its start would derive an id that is used already.
 */
function continues(episode: CoolingEpisode, report: Report, nowMs: number, policy: EpisodePolicy): boolean {
  if (nowMs <= episode.endedAtMs + policy.coolingMs) return true;
  return report.startedAtMs !== undefined && report.startedAtMs <= lastStartMs(episode);
}

function open(report: Report, nowMs: number, policy: EpisodePolicy): EpisodeStep {
  const startedAtMs = report.startedAtMs ?? nowMs;
  const incident = { incidentId: incidentIdOf(report, startedAtMs), service: report.service, startedAtMs };
  return { outcome: 'opened', episode: opened(incident, report, nowMs, false, policy) };
}

function reopen(episode: CoolingEpisode, report: Report, nowMs: number, policy: EpisodePolicy): EpisodeStep {
  // Of the clocks of two instances one is behind; the story of an incident still goes forward.
  const atMs = Math.max(nowMs, episode.endedAtMs + 1);
  const { incidentId, service, startedAtMs } = episode;
  return {
    outcome: 'reopened',
    episode: opened({ incidentId, service, startedAtMs }, report, atMs, true, policy),
  };
}

function opened(
  incident: Pick<OpenEpisode, 'incidentId' | 'service' | 'startedAtMs'>,
  report: Report,
  atMs: number,
  reopened: boolean,
  policy: EpisodePolicy,
): OpenEpisode {
  return {
    phase: 'open',
    ...incident,
    openedAtMs: atMs,
    lastSeenAtMs: atMs,
    count: 1,
    unannounced: {
      announcement: { kind: 'reported', atMs, reopened, report },
      againAtMs: atMs + policy.announceAgainMs,
    },
  };
}

function resolve(
  episode: Episode | undefined,
  event: Resolved,
  nowMs: number,
  policy: EpisodePolicy,
): EpisodeStep {
  switch (episode?.phase) {
    case undefined:
    case 'tombstone': {
      const { startedAtMs } = event;
      if (startedAtMs === undefined) return { outcome: 'not_open', episode };
      return { outcome: 'not_open', episode: { phase: 'tombstone', startedAtMs, leftAtMs: nowMs } };
    }
    case 'open':
      if (!concerns(event, episode)) return { outcome: 'not_open', episode };
      if (episode.unannounced) return { outcome: 'announce_first', episode };
      return { outcome: 'ended', episode: ended(episode, event, nowMs, policy) };
    case 'cooling':
      // The same end, which its asker did not see the log take.
      return { outcome: episode.unannounced && concerns(event, episode) ? 'ended' : 'not_open', episode };
  }
}

/** What names an earlier episode comes late. */
function concerns(event: Resolved, { incidentId, startedAtMs }: OpenEpisode | CoolingEpisode): boolean {
  if (event.incidentId !== undefined) return event.incidentId === incidentId;
  return event.startedAtMs === undefined || event.startedAtMs >= startedAtMs;
}

function ended(
  { incidentId, service, startedAtMs, lastSeenAtMs }: OpenEpisode,
  { reason, by, words }: Pick<Resolved, 'reason' | 'by' | 'words'>,
  nowMs: number,
  policy: EpisodePolicy,
): CoolingEpisode {
  const atMs = Math.max(nowMs, lastSeenAtMs + 1);
  return {
    phase: 'cooling',
    incidentId,
    service,
    startedAtMs,
    endedAtMs: atMs,
    unannounced: {
      announcement: { kind: 'resolved', atMs, reason, ...(by && { by }), words },
      againAtMs: atMs + policy.announceAgainMs,
    },
  };
}

function tick(episode: Episode | undefined, nowMs: number, policy: EpisodePolicy): EpisodeStep {
  if (!episode || nowMs < dueAtMs(episode, policy)) return { outcome: 'unchanged', episode };
  if (episode.phase === 'tombstone') return { outcome: 'forgotten', episode: undefined };
  const { unannounced } = episode;
  if (unannounced) {
    const again = { ...unannounced, againAtMs: nowMs + policy.announceAgainMs };
    return { outcome: 'announce_again', episode: { ...episode, unannounced: again } };
  }
  if (episode.phase === 'cooling') return { outcome: 'forgotten', episode: undefined };
  return { outcome: 'ended', episode: ended(episode, { reason: 'stale', words: '' }, nowMs, policy) };
}

function acknowledge(episode: Episode | undefined, atMs: number): EpisodeStep {
  if (!episode || episode.phase === 'tombstone' || episode.unannounced?.announcement.atMs !== atMs)
    return { outcome: 'unchanged', episode };
  const { unannounced: _, ...announced } = episode;
  return { outcome: 'announced', episode: announced };
}
