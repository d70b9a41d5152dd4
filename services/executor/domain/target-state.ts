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
