/** What came of one version, as far back as evidence is kept. */
export interface VersionEvidence {
  readonly version: number;
  readonly decisions: number;
  readonly runs: number;
  readonly verified: number;
  readonly failed: number;
  readonly rolledBack: number;
  readonly inconclusive: number;
  readonly error: number;
  readonly unknown: number;
  readonly approved: number;
  readonly denied: number;
  readonly lapsed: number;
  readonly lastDecidedAt: Date;
  readonly lastRunAt: Date | undefined;
}
