/** Services about to be acted on automatically are counted over this long. What is exactly as old no longer counts. */
export const STORM_WINDOW_MS = 60_000;
/** As long is a service remembered for the share of all. */
export const SEEN_WINDOW_MS = 86_400_000;
const HOLD_MS = 600_000;
const QUIET_MS = 300_000;

/** The larger of the two: a number of services, or a share of those seen in a day. */
export interface StormLimits {
  readonly services: number;
  readonly percent: number;
}

/** Of one source, or of all. Numbers alone, as a store keeps them. */
export interface Storm {
  /** 0: none. */
  readonly startedAtMs: number;
  /** When half of the limit or more was last seen. */
  readonly highAtMs: number;
}

export const noStorm: Storm = { startedAtMs: 0, highAtMs: 0 };

/** What a store saw: the storm as it was before somebody asked, and the counts with whoever asked. */
export interface StormScope extends Storm {
  /** Distinct services about to be acted on automatically. */
  readonly count: number;
  /** Distinct services of a day. */
  readonly seen: number;
}

/** `high`: there is a storm, and it goes on. `begins`: the limit is passed with this one. */
export type StormLevel = 'calm' | 'high' | 'begins';

export const stormLimit = ({ seen }: StormScope, { services, percent }: StormLimits): number =>
  Math.max(services, Math.floor((seen * percent) / 100));

/** Held for a while, and until the count has stayed below half of the limit. 0: there is none. */
export function stormEndsAtMs({ startedAtMs, highAtMs }: Storm): number {
  return startedAtMs === 0 ? 0 : Math.max(startedAtMs + HOLD_MS, highAtMs + STORM_WINDOW_MS + QUIET_MS);
}

/** What somebody who would act by itself makes of it. */
export function stormLevel(scope: StormScope, limits: StormLimits, nowMs: number): StormLevel {
  const limit = stormLimit(scope, limits);
  if (nowMs < stormEndsAtMs(scope)) return scope.count * 2 >= limit ? 'high' : 'calm';
  return scope.count > limit ? 'begins' : 'calm';
}

export function stormAfter({ startedAtMs, highAtMs }: Storm, level: StormLevel, atMs: number): Storm {
  if (level === 'begins') return { startedAtMs: atMs, highAtMs: atMs };
  return { startedAtMs, highAtMs: level === 'high' ? Math.max(highAtMs, atMs) : highAtMs };
}
