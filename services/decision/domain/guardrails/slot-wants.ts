import type { StormLimits } from './storm.ts';

/** What every decision is about, also where nothing is wanted. */
export interface About {
  /** Of the incident. */
  readonly source: string;
  readonly target: string;
  readonly namespace: string;
  readonly service: string;
}

/** What an action is counted under, with the limits it was decided with. */
export interface SlotWants {
  readonly runbook: string;
  readonly target: string;
  readonly namespace: string;
  readonly service: string;
  /** The reported resource: kind/namespace/name. */
  readonly resource: string;
  /** The owning workload: one action at a time. */
  readonly workload: string;
  readonly limits: SlotLimits;
}

/** Of the policy, over all runbooks. */
export interface PolicyLimits {
  readonly concurrency: ConcurrencyLimits;
  readonly storm: StormLimits;
  readonly budget: BudgetLimits;
}

/** As many as a limit says may pass: at the limit the next is refused, and 0 lets nothing pass. */
export interface SlotLimits extends PolicyLimits {
  /** Of this runbook for this service, in any 60 minutes. */
  readonly maxExecutionsPerHour: number;
  /** After a run of this runbook for this service, and while one is under way. 0: no cooldown. */
  readonly cooldownMs: number;
  /** Of this runbook, everywhere. */
  readonly maxConcurrentActions: number;
  /** Of this runbook on this resource, in any 60 minutes. */
  readonly maxAttemptsPerTarget: number;
  readonly circuitBreaker: { readonly failures: number; readonly recoveryMs: number };
}

/** Actions in any 24 hours, over all runbooks. 0: as many as there are. */
export interface BudgetLimits {
  readonly global: number;
  readonly perTarget: number;
}

export interface ConcurrencyLimits {
  readonly global: number;
  readonly perTarget: number;
  readonly perNamespace: number;
  readonly perService: number;
}
