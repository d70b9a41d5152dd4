export type Facts = Readonly<Record<string, string | number | boolean>>;

/** One step of a live look. Kept also behind the first refusal. */
export interface LiveCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly observed: string;
  readonly limit: string;
  /** Empty unless it refuses. */
  readonly reason: string;
}

export interface Limits {
  readonly allowedNamespaces: readonly string[];
  readonly requiredLabels: Readonly<Record<string, string>>;
  readonly minimumReadyPeers: number;
  readonly maxPercentOfReplicas: number;
  /** Named checks and expressions that the runbook asks for besides. */
  readonly preChecks: readonly { readonly name: string; readonly expression: string }[];
}

/** What a look at the target found. `before` is all that acting, reconciling and sampling will need. */
export interface Observation {
  readonly uid: string;
  /** The workload that this is an action on. */
  readonly owner: string;
  readonly checks: readonly LiveCheck[];
  readonly before: Facts;
  readonly risk: LiveRisk;
  /**
   * What an approval is for: uids, and what the action would change, from and to. Nothing that comes and goes by
   * itself, such as readiness: an approval would be gone before it is given.
   */
  readonly binding: Facts;
  /** The same in words with numbers: "replicas 3 -> 5". Empty where there is nothing that could be changed. */
  readonly changes: readonly string[];
}

export type LiveRisk = 'low' | 'medium' | 'high';
