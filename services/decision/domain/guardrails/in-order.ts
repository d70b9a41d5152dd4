import type { BreakerReset } from './reset-breaker.ts';

export interface History<D, S> {
  readonly decisions: readonly D[];
  readonly settlements: readonly S[];
  readonly resets?: readonly BreakerReset[];
}

/** One of the three. */
export type Happened<D, S> =
  | { readonly what: 'decided'; readonly decision: D }
  | { readonly what: 'settled'; readonly settlement: S }
  | { readonly what: 'reset'; readonly reset: BreakerReset };

export interface Decided {
  readonly decisionId: string;
  readonly decidedAt: Date;
  readonly granted?: { readonly at: Date };
}

/**
 * What the log says, in the order in which it happened, so that folding it gives the state that had grown. The
 * times come from several clocks, but nothing is settled before it is decided, nor settled anew before that.
 */
export function inOrder<D extends Decided, S extends { readonly decisionId: string; readonly at: Date }>({
  decisions,
  settlements,
  resets = [],
}: History<D, S>): Happened<D, S>[] {
  const latestMs = new Map(decisions.map((d) => [d.decisionId, takenAtMs(d)]));
  const decided = decisions.map((decision) => ({
    atMs: takenAtMs(decision),
    happened: { what: 'decided', decision } as const,
  }));
  const reset = resets.map((one) => ({
    atMs: one.at.getTime(),
    happened: { what: 'reset', reset: one } as const,
  }));
  const settled = settlements.map((settlement) => {
    const { decisionId, at } = settlement;
    const atMs = Math.max(at.getTime(), latestMs.get(decisionId) ?? 0);
    latestMs.set(decisionId, atMs);
    return { atMs, happened: { what: 'settled', settlement } as const };
  });
  // The sort is stable: at the same time, decisions come first, then resets, and otherwise the log's order holds.
  return [...decided, ...reset, ...settled].sort((a, b) => a.atMs - b.atMs).map(({ happened }) => happened);
}

/** Only the grant takes anything, where people were asked first. */
const takenAtMs = ({ granted, decidedAt }: Decided): number => (granted?.at ?? decidedAt).getTime();
