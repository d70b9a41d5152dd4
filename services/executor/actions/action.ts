import type { Facts, Limits, Observation } from '../domain/observation.ts';
import type { ConditionFacts } from '#lib/runbook/conditions/bind-facts.ts';
import type { Cluster } from '../ports.ts';

export interface ActionContext {
  readonly cluster: Cluster;
  readonly limits: Limits;
  /**
   * Takes the workload for this action, until its row is closed. Returns who has it: everything that is read
   * after a yes is read while nobody else of ours acts on it. A plan only asks: it holds nobody up.
   */
  readonly hold: (owner: string) => Promise<{ readonly holder: string; readonly isHeld: boolean }>;
  /** Other actions on the workload that began within the last hour. */
  readonly recentActions: (owner: string) => Promise<number>;
  /** What is known besides the target, for the expressions of a runbook. */
  readonly known: ConditionFacts;
}

export type RunResult =
  | { readonly status: 'success'; readonly output: string }
  | { readonly status: 'failed'; readonly error: string }
  /** The target is another one by now. Nothing was changed. */
  | { readonly status: 'not_done'; readonly reason: string };

/** What can be said of one kind of effect before it happens. Only reads. */
export interface PlannedAction<Args> {
  readonly name: string;
  /** Throws a BelayError `invalid` that names the argument. */
  parse(args: Facts): Args;
  /** What it acts on, to be held against the resource of the order. */
  resource(args: Args): ActedOn;
  observe(args: Args, context: ActionContext): Promise<Observation>;
}

export interface ActedOn {
  /** As resources of orders have it: pod, deployment. */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/**
 * One kind of effect. `observe` and `sample` only read. `run` may be cut off anywhere: what it did is found
 * again by `reconcile`, from the target alone.
 */
export interface Action<Args> extends PlannedAction<Args> {
  run(args: Args, before: Facts, context: ActionContext): Promise<RunResult>;
  /** `not_done` only where the target proves it, and running again could not do more than once would. */
  reconcile(args: Args, before: Facts, context: ActionContext): Promise<'done' | 'not_done' | 'unknown'>;
  sample(args: Args, before: Facts, context: ActionContext): Promise<Facts>;
  /** Nothing more will change by itself: no need to sample on. */
  isAtRest(facts: Facts): boolean;
}
