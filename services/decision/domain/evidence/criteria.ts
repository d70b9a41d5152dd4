/** What a runbook has to show before it is proposed that it acts more freely, and what makes it less free. */
export interface Criteria {
  /** Evidence of so many days counts, and none from before the runbook was activated as it is. */
  readonly days: number;
  /** From observe: decisions it would have acted on. */
  readonly observedDecisions: number;
  /** From suggest: suggestions that people were shown. */
  readonly shownSuggestions: number;
  /** From approval_required: runs that people approved. */
  readonly approvedRuns: number;
  /** From approval_required: none was denied among the last so many answers. */
  readonly answersWithoutDenial: number;
  /** To the right above it, to the left below it. */
  readonly successRate: number;
  /** To the left: fewer runs say nothing about the rate. */
  readonly runsForRate: number;
  /** To the left: one of the last so many automatic runs did not help. */
  readonly automaticRuns: number;
}
