/** A target, in the words of the checks and actions that look at it. All of it is read live. */

export interface PodState {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ready: boolean;
  /** Its deletion was accepted; it may still be there. */
  readonly terminating: boolean;
  readonly restarts: number;
  readonly createdAt: Date;
  /** The controller that would replace it. Undefined: nobody would. */
  readonly controller: OwnerRef | undefined;
}

export interface OwnerRef {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** What people deploy: the Deployment behind a pod's ReplicaSet, a StatefulSet, a DaemonSet. */
export interface WorkloadState extends OwnerRef {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly desired: number;
  readonly ready: number;
  readonly available: number;
  /** Its newest generation is not everywhere yet: somebody is changing it. */
  readonly rollingOut: boolean;
  /** Which pods it claims, as the target writes it. What it owns among them is in `podsOf`. */
  readonly selector: string;
}

export type WorkloadRef = Pick<WorkloadState, 'kind' | 'namespace' | 'name'>;

/** A workload with how it makes its pods, as of the same moment. */
export interface DeployedWorkload extends WorkloadState {
  readonly template: PodTemplate;
  readonly rollout: RolloutRules;
  /** Of its newest template. 0 where that has no number, or none yet. */
  readonly revision: number;
}

export interface PodTemplate {
  readonly labels: Readonly<Record<string, string>>;
  /** Another one whenever pods would be made differently. */
  readonly hash: string;
  /** By container. */
  readonly images: Readonly<Record<string, string>>;
  /** What one pod takes from a quota, by the names of quotas. What is not there is not known. */
  readonly demand: Readonly<Record<string, number>>;
}

export interface RolloutRules {
  /** In the words of the target. */
  readonly strategy: string;
  /** A rollout reaches every pod by itself. */
  readonly replacesAll: boolean;
  readonly isPaused: boolean;
  /** How many pods it lets be down at once. */
  readonly maxUnavailable: number;
}

export interface Revision {
  readonly number: number;
  /** Hash of its template. Not to be compared with that of the workload. */
  readonly template: string;
  readonly images: Readonly<Record<string, string>>;
}

/** Sets the replicas of a workload by itself, whatever others have set. */
export interface Autoscaler {
  readonly name: string;
  readonly minimum: number;
  readonly maximum: number;
}

export interface Quota {
  readonly name: string;
  /** It counts only some pods. */
  readonly isScoped: boolean;
  /** A number that cannot be read is undefined. */
  readonly items: readonly {
    readonly resource: string;
    readonly hard: number | undefined;
    readonly used: number | undefined;
  }[];
}
