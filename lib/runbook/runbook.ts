/**
 * A runbook as the machine reads it: every default filled in, shorthand resolved, nothing left to look up.
 * The YAML that people review is described by the schema; this is what the loader makes of it.
 */

export type RiskLevel = 'low' | 'medium' | 'high';
export type DecisionMode = 'manual' | 'suggest' | 'approval_required' | 'auto_execute' | 'observe';
export type RunbookType =
  | 'deployment'
  | 'maintenance'
  | 'incident_response'
  | 'backup_restore'
  | 'scaling'
  | 'monitoring';

/** What a step's argument can be, before and after substitution. */
export type ArgumentValue = string | number | boolean | readonly string[];

export interface Runbook {
  readonly name: string;
  /** Of the reviewed content: two files with the same meaning have the same digest. */
  readonly digest: string;
  readonly type: RunbookType;
  readonly intent: string;
  readonly owner: string;
  readonly risk: RiskLevel;
  readonly decisionMode: DecisionMode;
  readonly triggers: Triggers;
  readonly scope: RunbookScope;
  readonly guardrails: Guardrails;
  readonly preChecks: readonly PreCheckRule[];
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly prerequisites: readonly string[];
  readonly steps: readonly Step[];
  readonly approval: Approval | undefined;
  readonly verification: VerificationRule;
  readonly rollback: { readonly type: string; readonly notes: string };
  readonly escalation: { readonly onGuardrailFailure: string; readonly onVerificationFailure: string };
  readonly schedule: Schedule | undefined;
  readonly reviewBy: string | undefined;
  readonly tags: readonly string[];
  readonly dependencies: readonly string[];
}

export interface Schedule {
  readonly cron: string;
  readonly timeZone: string;
  readonly resource?:
    | { readonly kind: string; readonly namespace: string; readonly name: string; readonly target: string }
    | undefined;
  readonly service?: string | undefined;
}

export interface Triggers {
  readonly symptoms: readonly string[];
  readonly probableCauses: readonly string[];
  /** Every incident that no other runbook is for. */
  readonly any: boolean;
  readonly minimumConfidence: number;
}

export interface RunbookScope {
  readonly allowedNamespaces: readonly string[];
  readonly requiredLabels: Readonly<Record<string, string>>;
  readonly resourceKinds: readonly string[];
}

export interface Guardrails {
  readonly maxExecutionsPerHour: number;
  readonly cooldownMinutes: number;
  readonly maxConcurrentActions: number;
  readonly maxConcurrentActionsPerNamespace: number;
  readonly maxAffectedServices: number;
  readonly minimumReadyReplicasWithSameApp: number;
  readonly maxPercentOfReplicas: number;
  readonly maxAttemptsPerTarget: number;
  readonly circuitBreaker: { readonly failures: number; readonly recoverySeconds: number };
  /** Empty: at any time. */
  readonly allowedWindows: readonly TimeWindow[];
  readonly blackoutWindows: readonly TimeWindow[];
}

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** Hours of each week on the clocks of a time zone. */
export interface TimeWindow {
  /** On which it begins. */
  readonly days: readonly Weekday[];
  /** 22:30. */
  readonly from: string;
  /** Earlier than `from`: on the next day. 24:00 ends the day. */
  readonly to: string;
  readonly timeZone: string;
}

/** Known by name, or an expression with a name for people. */
export interface PreCheckRule {
  readonly name: string;
  readonly expression: string | undefined;
}

export interface Parameter {
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
  readonly required: boolean;
  readonly default: string | number | boolean | undefined;
  readonly allowedValues: readonly (string | number | boolean)[] | undefined;
  readonly pattern: string | undefined;
  readonly description: string;
}

export interface Action {
  /** From the catalogue: kubernetes.deletePod. */
  readonly action: string;
  readonly with: Readonly<Record<string, ArgumentValue>>;
}

export interface Step extends Action {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly when: string | undefined;
  readonly validation: StepValidation | undefined;
  readonly timeoutSeconds: number;
  readonly retries: number;
  readonly required: boolean;
  readonly rollback: Action | undefined;
}

export type StepValidation =
  | { readonly type: 'output_contains'; readonly text: string }
  | { readonly type: 'exit_code'; readonly code: number }
  | { readonly type: 'expression'; readonly expression: string };

export interface Approval {
  readonly approvers: readonly string[];
  readonly quorum: number;
  readonly timerMs: number;
  readonly onLapse: 'approve' | 'deny' | 'escalate';
}

export interface VerificationRule {
  readonly timeoutSeconds: number;
  readonly checks: readonly VerificationCheck[];
  /** How long the checks have to hold before the fix counts. */
  readonly stableForSeconds: number;
}

export interface VerificationCheck {
  readonly name: string;
  readonly expect: string | undefined;
  readonly metric: Readonly<Record<string, unknown>> | undefined;
  readonly baselineSeconds: number;
  readonly samples: number;
  readonly intervalSeconds: number;
}
