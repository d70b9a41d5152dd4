/** A setting that is in the way. */
export interface Restriction {
  /** As people say it: namespace production. */
  readonly what: string;
  /** With the name of who set it. */
  readonly why: string;
  /** Undefined where it stays until somebody lifts it. */
  readonly endsAt: Date | undefined;
}

/** What people and the engine have set, as far as it is about one incident. */
export interface ControlFacts {
  readonly freezes: readonly Restriction[];
  readonly silences: readonly Restriction[];
  readonly quarantines: readonly Restriction[];
  /** By name. */
  readonly disabledRunbooks: ReadonlyMap<string, Restriction>;
}

export const noRestrictions: ControlFacts = {
  freezes: [],
  silences: [],
  quarantines: [],
  disabledRunbooks: new Map(),
};
