import { stormSource } from './scope-keys.ts';
import { type StormScope, stormEndsAtMs } from './storm.ts';

/** A storm, with what is counted now. */
export interface StandingStorm extends StormScope {
  /** Undefined: of all. */
  readonly source: string | undefined;
}

/** Those that are not over, by the names that a store keeps them under: that of all first, then by source. */
export function standingStorms(
  scopes: ReadonlyMap<string, StormScope>,
  nowMs: number,
): readonly StandingStorm[] {
  const standing = [...scopes].filter(([, scope]) => nowMs < stormEndsAtMs(scope));
  return standing
    .map(([key, scope]) => ({ ...scope, source: stormSource(key) }))
    .sort((a, b) => compare(a.source, b.source));
}

function compare(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  return a < b ? -1 : Number(a > b);
}
