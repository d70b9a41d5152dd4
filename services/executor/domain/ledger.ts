import type { Facts, LiveCheck, LiveRisk } from './observation.ts';

/**
 * `queued`: nothing has happened, and nothing will without another look. `acting`: the effect may have
 * begun; nobody runs it again without proof that it has not. `done`: over, sampled for the verifier.
 * `planned`, `aborted`: nothing was done and nothing will be; it may not have been said yet. `closed`: nothing
 * more to do.
 */
export type LedgerState = 'queued' | 'acting' | 'done' | 'planned' | 'aborted' | 'closed';

/** What a plan order came to. Kept before it is said, as an abortion is. */
export interface LivePlan {
  readonly planHash: string;
  readonly uid: string;
  readonly before: Facts;
  readonly risk: LiveRisk;
  readonly checks: readonly LiveCheck[];
  readonly changes: readonly string[];
  /** RFC 3339. */
  readonly plannedAt: string;
}

/** Why an action is over without an effect. Kept before it is said: the next one to hold the row says the same. */
export interface Abortion {
  readonly code: string;
  readonly reason: string;
  readonly checks: readonly LiveCheck[];
  /** RFC 3339. */
  readonly abortedAt: string;
}

export interface LedgerEntry {
  readonly actionId: string;
  readonly state: LedgerState;
  /** Raised by each claim. */
  readonly epoch: number;
  readonly before: Facts | undefined;
  readonly abortion: Abortion | undefined;
  readonly livePlan: LivePlan | undefined;
  /** When the effect was last allowed to begin. */
  readonly actedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
  /** Of the next sample. */
  readonly sequence: number;
}

export type NextStep =
  | { readonly type: 'begin' }
  | { readonly type: 'reconcile' }
  /** A request that was sent may still arrive: what the target shows proves nothing yet. */
  | { readonly type: 'wait'; readonly until: Date }
  | { readonly type: 'sample' }
  | { readonly type: 'tell'; readonly abortion: Abortion }
  | { readonly type: 'show'; readonly livePlan: LivePlan }
  | { readonly type: 'close' };

export interface Timing {
  /** How long a request to the target can live after its sender has died. */
  readonly requestLifetimeMs: number;
  readonly verificationMs: number;
}

/** What to do with a row that was just claimed. Whoever claimed it before may have died anywhere. */
export function nextStep(entry: LedgerEntry, timing: Timing, now: Date): NextStep {
  switch (entry.state) {
    case 'queued':
      return { type: 'begin' };
    case 'acting': {
      const until = new Date((entry.actedAt?.getTime() ?? 0) + timing.requestLifetimeMs);
      return now < until ? { type: 'wait', until } : { type: 'reconcile' };
    }
    case 'done':
      return isWatchOver(entry, timing, now) ? { type: 'close' } : { type: 'sample' };
    case 'planned':
      return entry.livePlan ? { type: 'show', livePlan: entry.livePlan } : { type: 'close' };
    case 'aborted':
      return entry.abortion ? { type: 'tell', abortion: entry.abortion } : { type: 'close' };
    case 'closed':
      return { type: 'close' };
  }
}

/** A little longer than the verifier's timeout, so that it has a last sample to judge. */
function isWatchOver({ finishedAt }: LedgerEntry, { verificationMs }: Timing, now: Date): boolean {
  return finishedAt === undefined || now.getTime() > finishedAt.getTime() + verificationMs + LAST_SAMPLE_MS;
}

const LAST_SAMPLE_MS = 3_000;
