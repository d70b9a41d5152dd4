import { deriveId } from '#lib/ids.ts';
import type { Actor, Report } from './report.ts';

/** The state of one problem of one source: the life of an incident. Stored as JSON, so times are numbers. */
export type Episode = OpenEpisode | CoolingEpisode | Tombstone;

interface Incident {
  readonly incidentId: string;
  /** As it was when the episode opened: all its events have this key. */
  readonly service: string;
  readonly startedAtMs: number;
  /** What the log does not have yet for certain. Nothing changes before it has. */
  readonly unannounced?: Unannounced;
}

export interface OpenEpisode extends Incident {
  readonly phase: 'open';
  readonly openedAtMs: number;
  readonly lastSeenAtMs: number;
  readonly count: number;
}

/** Ended: opens again under its own id for a while, and is remembered as long as its start can come again. */
export interface CoolingEpisode extends Incident {
  readonly phase: 'cooling';
  readonly endedAtMs: number;
}

/** The end came before the beginning: a firing with this start comes late and is dropped. */
export interface Tombstone {
  readonly phase: 'tombstone';
  readonly startedAtMs: number;
  readonly leftAtMs: number;
}

export type ResolveReason = 'source' | 'stale' | 'person';

/** What has happened to an episode, as it will be told. `atMs` tells the announcements of an episode apart. */
export type Announcement =
  | {
      readonly kind: 'reported';
      readonly atMs: number;
      readonly reopened: boolean;
      readonly report: Report;
    }
  | {
      readonly kind: 'resolved';
      readonly atMs: number;
      readonly reason: ResolveReason;
      readonly by?: Actor;
      readonly words: string;
    };

export interface Unannounced {
  readonly announcement: Announcement;
  /** When the sweeper takes it up, should whoever made it have died. */
  readonly againAtMs: number;
}

export interface EpisodePolicy {
  /** An open episode that nobody has reported for this long is over. */
  readonly staleAfterMs: number;
  /** A firing within it continues the ended episode. */
  readonly coolingMs: number;
  /** The oldest start that reports may have, and what clocks may be off: ended episodes are kept as long. */
  readonly rememberMs: number;
  readonly announceAgainMs: number;
}

/** One episode at a time for each. */
export const episodeKey = ({ source, fingerprint }: { source: string; fingerprint: string }): string =>
  deriveId('epi', source, fingerprint);

export const incidentIdOf = (
  { source, fingerprint }: { source: string; fingerprint: string },
  startedAtMs: number,
): string => deriveId('inc', source, fingerprint, new Date(startedAtMs).toISOString());

/** When time alone changes it. */
export function dueAtMs(episode: Episode, policy: EpisodePolicy): number {
  if (episode.phase !== 'tombstone' && episode.unannounced) return episode.unannounced.againAtMs;
  return episode.phase === 'open' ? episode.lastSeenAtMs + policy.staleAfterMs : forgetAtMs(episode, policy);
}

/** Until no report with a start from before its end can come any more: its id would be made a second time. */
export function forgetAtMs(episode: CoolingEpisode | Tombstone, policy: EpisodePolicy): number {
  if (episode.phase === 'tombstone') return episode.leftAtMs + policy.rememberMs;
  return lastStartMs(episode) + Math.max(policy.coolingMs, policy.rememberMs);
}

/** A firing that began by then is about this episode. A source's clock may put the start behind the end. */
export const lastStartMs = ({ endedAtMs, startedAtMs }: CoolingEpisode): number =>
  Math.max(endedAtMs, startedAtMs);
