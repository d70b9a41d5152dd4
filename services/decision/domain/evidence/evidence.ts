import type { Mode } from '../decision.ts';

/** How an action ended that did something, or may have. Only `verified` helped. */
export type Run = 'verified' | 'failed' | 'rolled_back' | 'inconclusive' | 'error' | 'unknown';

/** What people made of it. `lapsed`: nobody answered in time, whatever that was to mean. */
export type Answer = 'approved' | 'denied' | 'lapsed';

/** What came of one decision for a runbook. */
export interface Evidence {
  readonly decisionId: string;
  readonly runbook: string;
  readonly version: number;
  readonly decidedAt: Date;
  readonly mode: Mode;
  /** In observe: the mode that it would have been. */
  readonly wouldHave: Mode | undefined;
  /** It was to be a suggestion from the start, and people were shown its plan. */
  readonly isShown: boolean;
  readonly answer: Answer | undefined;
  /** Undefined as long as nothing has happened, or where nothing did. */
  readonly run: Run | undefined;
}

/** A part of what came of a decision, as one event tells it. */
export type Note = { readonly decisionId: string; readonly at: Date } & (
  | {
      readonly what: 'decided';
      readonly runbook: string;
      readonly version: number;
      readonly mode: Mode;
      readonly wouldHave: Mode | undefined;
      /** Of the decision: suggested, low_confidence, ... */
      readonly code: string;
    }
  | { readonly what: 'shown' }
  | { readonly what: 'answered'; readonly answer: Answer }
  /** `none`: nothing happened at the target. */
  | { readonly what: 'settled'; readonly run: Run | 'none' }
  /** A person has looked at an unknown outcome. */
  | { readonly what: 'resolved'; readonly isDone: boolean }
);

const DAY_MS = 86_400_000;
/** Longer than any criterion looks back. */
export const KEEP_EVIDENCE_DAYS = 90;

export const daysBefore = (now: Date, days: number): Date => new Date(now.getTime() - days * DAY_MS);

/** What is older has been counted and thrown away: noted again, it would count twice. */
export const isKept = ({ at }: Note, now: Date): boolean => at >= daysBefore(now, KEEP_EVIDENCE_DAYS);
