import type { RiskLevel, Runbook, TimeWindow } from '#lib/runbook/runbook.ts';
import type { RunHistories } from './evidence/run-history.ts';
import type { ControlFacts } from './restrictions.ts';

/** What the decision is made from: the incident as reported, and what the engine knows at that moment. */
export interface IncidentFacts {
  readonly incidentId: string;
  readonly service: string;
  readonly symptom: string;
  readonly probableCause: string;
  /** 0 to 1; absent counts as 0. */
  readonly confidence: number | undefined;
  readonly resource: ResourceFacts | undefined;
  /** As reported. The executor reads them again, live. */
  readonly labels: Readonly<Record<string, string>>;
  readonly context: Readonly<Record<string, string>>;
  readonly affectedServices: readonly string[];
  readonly reportedAt: Date;
}

export interface ResourceFacts {
  readonly target: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export interface Facts {
  readonly incident: IncidentFacts;
  readonly runbooks: readonly Runbook[];
  readonly killSwitch: { readonly engaged: boolean; readonly reason: string };
  /** What people and the engine have set besides. */
  readonly controls: ControlFacts;
  /** Targets that an executor serves. */
  readonly targets: readonly string[];
  /** Undefined where nobody knows what ran before, as in a simulation: it raises nothing then. */
  readonly history?: RunHistories | undefined;
  /** Of a run by hand or by schedule: there is nothing to match. */
  readonly asked?: Asked | undefined;
}

/** A runbook that a person or its schedule has named. */
export interface Asked {
  readonly runbook: Runbook;
  readonly by: 'person' | 'schedule';
  /** asked for by maria */
  readonly words: string;
  /** Nothing comes of it but a plan. */
  readonly dryRun: boolean;
}

export interface Policy {
  /** Older incidents are never acted on. */
  readonly maxIncidentAgeMs: number;
  /** What raises the risk besides. Undefined: nothing. */
  readonly risk?: RiskPolicy;
}

export interface RiskPolicy {
  /** A runbook with fewer is new here. 0: none ever is. */
  readonly minimumVerifiedRuns: number;
  /** A runbook that helped less often lately is not trusted alone. 0: how often does not matter. */
  readonly reliableRate: number;
  /** When more depends on what is changed. */
  readonly busyHours: readonly TimeWindow[];
}

export type Mode = 'manual' | 'suggest' | 'approval_required' | 'auto_execute' | 'blocked' | 'observe';

export interface Check {
  readonly name: string;
  readonly result: 'pass' | 'refuse' | 'not_reached';
  readonly observed: string;
  readonly limit: string;
  /** For a service owner. Empty unless it refuses. */
  readonly reason: string;
  /** Stable. Empty unless it refuses. */
  readonly code: string;
  /** Where a refusal ends by itself. */
  readonly endsAt?: Date | undefined;
}

export interface Decision {
  readonly mode: Mode;
  /** Stable code of the outcome: no_runbook, low_confidence, executing, ... */
  readonly code: string;
  readonly summary: string;
  readonly checks: readonly Check[];
  readonly runbook: Runbook | undefined;
  readonly risk: RiskLevel;
  /** In observe and in a dry run: the mode that it would have been. */
  readonly wouldHave: Mode | undefined;
  /** What an executor is asked for, should its target allow it. Undefined: nothing. */
  readonly orders: 'execute' | 'plan' | undefined;
}
