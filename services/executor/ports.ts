import type { Order } from '#gen/belay/v1/order.ts';
import type { Abortion, LedgerEntry, LivePlan } from './domain/ledger.ts';
import type { Facts } from './domain/observation.ts';
import type {
  Autoscaler,
  DeployedWorkload,
  PodState,
  Quota,
  Revision,
  WorkloadRef,
  WorkloadState,
} from './domain/target-state.ts';

export type * from './domain/target-state.ts';

/** `gone`: no such pod. `other`: a pod of that name, with another uid: not ours to touch. */
export type DeleteOutcome = 'deleted' | 'gone' | 'other';

/**
 * Every call has a deadline. Rejects with a BelayError: `unavailable` or `timeout` when there was no answer
 * (a deletion may have happened), `forbidden` when the credentials do not allow it, naming verb and resource.
 */
export interface Cluster {
  pod(namespace: string, name: string): Promise<PodState | undefined>;
  workloadOf(pod: PodState): Promise<WorkloadState | undefined>;
  /** Read again by name and kind. */
  workload(ref: WorkloadRef): Promise<WorkloadState | undefined>;
  /** Deployments, StatefulSets and DaemonSets. */
  deployed(ref: WorkloadRef): Promise<DeployedWorkload | undefined>;
  /** Newest first, the current one among them. None for kinds other than Deployments. */
  revisionsOf(workload: DeployedWorkload): Promise<readonly Revision[]>;
  autoscalersOf(workload: WorkloadRef): Promise<readonly Autoscaler[]>;
  /** `not_readable`: the credentials may not look. */
  quotasOf(namespace: string): Promise<readonly Quota[] | 'not_readable'>;
  /** All pods of the workload, whichever of its ReplicaSets made them. */
  podsOf(workload: WorkloadState): Promise<readonly PodState[]>;
  /** With the uid as precondition: a pod of the same name made meanwhile is left alone. */
  deletePod(pod: Pick<PodState, 'namespace' | 'name' | 'uid'>): Promise<DeleteOutcome>;
  /** Throws unless the target answers. Returns what it is, for people. */
  describe(): Promise<string>;
}

/** A row that this instance has claimed. */
export interface LedgerRow extends LedgerEntry {
  readonly orderBytes: Buffer;
  /** Of the trace that the order belongs to. */
  readonly traceparent: string;
}

/** `known`: the same order came again. `conflict`: its id was used for another one. */
export type Taken = 'new' | 'known' | 'conflict';

/** Writes an order down, to be begun at once. */
export type TakeOrder = (order: Order, traceparent: string, now: Date) => Promise<Taken>;

/** Writes down that an action is not to begin, and has it looked at now. */
export type TakeCancel = Ledger['cancel'];

/** `lost`: another instance has claimed the row since. Nothing was written, and nothing may be done. */
export type Held = 'ok' | 'lost';

/** Why an action is not to begin. */
export interface Cancellation {
  readonly reason: string;
}

/** Every write on a row but a cancellation names the claim it was made under. */
export interface Ledger {
  lookUp(actionId: string, digest: string): Promise<Exclude<Taken, 'new'> | undefined>;
  /** Takes a workload for an action, unless another one has it whose row is not closed. Returns whose it is. */
  hold(row: LedgerRow, owner: string): Promise<string>;
  /** Whose the workload is, without taking it. */
  holderOf(owner: string): Promise<string | undefined>;
  /** How many other actions on the workload have begun since. */
  begunSince(owner: string, row: LedgerRow, since: Date): Promise<number>;
  /** Nothing of it is to begin any more, and nothing of an order that comes after this. The first one counts. */
  cancel(actionId: string, cancellation: Cancellation, now: Date): Promise<void>;
  cancellationOf(actionId: string): Promise<Cancellation | undefined>;
  acting(row: LedgerRow, owner: string, before: Facts, now: Date): Promise<Held>;
  /** Over, with nothing done. Nobody begins after this. */
  abort(row: LedgerRow, abortion: Abortion): Promise<Held>;
  /** A plan was made, and nothing is done. */
  planned(row: LedgerRow, livePlan: LivePlan): Promise<Held>;
  /** It has been proved that nothing was done: from the beginning. */
  requeue(row: LedgerRow, now: Date): Promise<Held>;
  done(row: LedgerRow, finishedAt: Date, nextAt: Date): Promise<Held>;
  sampled(row: LedgerRow, nextAt: Date): Promise<Held>;
  later(row: LedgerRow, at: Date): Promise<Held>;
  close(row: LedgerRow): Promise<Held>;
}
