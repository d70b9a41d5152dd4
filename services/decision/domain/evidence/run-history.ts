/** How a runbook has done lately, over all of its versions. */
export interface RunHistory {
  /** In the last 30 days. */
  readonly verified: number;
  /** Whatever else came of a run in the last 30 days. */
  readonly failed: number;
  /** Ever. */
  readonly runsEver: number;
  readonly verifiedEver: number;
}

/** By the name of the runbook. One that is not there never ran. */
export type RunHistories = ReadonlyMap<string, RunHistory>;

export const HISTORY_DAYS = 30;
export const NEVER_RAN: RunHistory = { verified: 0, failed: 0, runsEver: 0, verifiedEver: 0 };
