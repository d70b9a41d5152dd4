import type { ConditionFacts } from '#lib/runbook/conditions/bind-facts.ts';
import type { PodState, WorkloadState } from '../../ports.ts';

export interface PodScene {
  readonly pod: PodState | undefined;
  readonly workload: WorkloadState | undefined;
  readonly pods: readonly PodState[];
  readonly recentActions: number;
}

/** What expressions of a runbook can ask about a pod. What was not read is missing, never a default. */
export function podFacts({ pod, workload, pods, recentActions }: PodScene): ConditionFacts {
  const peers = pods.filter((peer) => peer.ready && !peer.terminating && peer.uid !== pod?.uid);
  return {
    ...(pod && { kind: 'pod', uid: pod.uid, name: pod.name, namespace: pod.namespace, labels: pod.labels }),
    ...(workload && {
      workload: workload.name,
      workloadKind: workload.kind,
      replicas: workload.desired,
      desiredReplicas: workload.desired,
      readyReplicas: workload.ready,
      availableReplicas: workload.available,
      rollingOut: workload.rollingOut,
      readyPeers: peers.length,
    }),
    recentRestarts: recentActions,
  };
}
