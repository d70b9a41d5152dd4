/** What the verifier knows of one ordered action. Filled by events in any order, any number of times. */
export interface Watch {
  readonly actionId: string;
  readonly decisionId: string;
  readonly incidentId: string;
  readonly target: string;
  readonly issued: Issued | undefined;
  /** The executor did not take the order, or did not go through with it. Nothing changed. */
  readonly declined: Declined | undefined;
  readonly started: { readonly at: Date; readonly epoch: number } | undefined;
  readonly finished: Finished | undefined;
  /** The newest one. */
  readonly sample: Sample | undefined;
  readonly settled: Settled | undefined;
  /** What a person found, where nobody could tell. */
  readonly resolved: Resolved | undefined;
}

export interface Issued {
  readonly actBefore: Date;
  /** All steps together. */
  readonly executionMs: number;
  readonly verificationMs: number;
  readonly checks: readonly string[];
  readonly owner: string;
  /** Missing in rows from before it was noted. */
  readonly runbook?: string;
  readonly onVerificationFailure: string;
}

export interface Declined {
  readonly how: 'refused' | 'aborted';
  readonly code: string;
  readonly reason: string;
  readonly at: Date;
}

export interface Finished {
  readonly status: 'success' | 'failed' | 'unknown';
  readonly error: string;
  readonly at: Date;
}

export interface Sample {
  readonly sequence: number;
  readonly facts: Facts;
  /** Not empty: the target could not be asked. */
  readonly error: string;
  readonly at: Date;
}

export type Facts = Readonly<Record<string, string | number | boolean>>;

export type Outcome =
  | 'verified'
  | 'failed'
  | 'inconclusive'
  | 'error'
  | 'unknown'
  | 'refused'
  | 'aborted'
  | 'never_started';

export interface Settled {
  readonly outcome: Outcome;
  readonly effect: 'none' | 'done' | 'unknown';
  readonly code: string;
  readonly reason: string;
  readonly at: Date;
}

export interface Resolved {
  readonly outcome: 'done' | 'not_done';
  readonly by: string;
  readonly reason: string;
  readonly at: Date;
}

export type WatchIds = Pick<Watch, 'actionId' | 'decisionId' | 'incidentId' | 'target'>;

export const newWatch = (ids: WatchIds): Watch => ({
  actionId: ids.actionId,
  decisionId: ids.decisionId,
  incidentId: ids.incidentId,
  target: ids.target,
  issued: undefined,
  declined: undefined,
  started: undefined,
  finished: undefined,
  sample: undefined,
  settled: undefined,
  resolved: undefined,
});
