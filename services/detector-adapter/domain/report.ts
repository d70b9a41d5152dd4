/** Who reported or resolved. */
export interface Actor {
  readonly kind: 'human' | 'service_account' | 'engine';
  readonly name: string;
}

export interface ReportedResource {
  readonly target: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** What a source says about a problem, in one form. It is stored as it is: no dates, nothing undefined. */
export interface Report {
  /** The door it came through: grpc, http. */
  readonly source: string;
  readonly fingerprint: string;
  readonly service: string;
  readonly symptom: string;
  readonly probableCause: string;
  readonly confidence?: number;
  readonly resource?: ReportedResource;
  readonly labels: Readonly<Record<string, string>>;
  readonly context: Readonly<Record<string, string>>;
  readonly affectedServices: readonly string[];
  readonly summary: string;
  readonly externalId: string;
  /** Where the source gives one. */
  readonly startedAtMs?: number;
  readonly reportedBy: Actor;
}
