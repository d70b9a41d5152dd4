import type { Condition, Deployment, DeploymentStatus, ReplicaSet } from '../objects.ts';
import { timestamp } from '../timestamp.ts';

const COMPLETE = 'NewReplicaSetAvailable';

export function deploymentStatus(
  deployment: Deployment,
  current: ReplicaSet,
  old: readonly ReplicaSet[],
  now: Date,
): DeploymentStatus {
  const all = [current, ...old];
  const sum = (of: (status: ReplicaSet['status']) => number) =>
    all.reduce((total, set) => total + of(set.status), 0);
  const replicas = sum((status) => status.replicas);
  const availableReplicas = sum((status) => status.availableReplicas);
  const updatedReplicas = current.status.replicas;
  const desired = deployment.spec.replicas;

  const isAllNew = replicas === updatedReplicas;
  // A rollout that was complete stays so while its pods come and go.
  const wasComplete = deployment.status.conditions.some(({ reason }) => reason === COMPLETE);
  const isComplete =
    isAllNew && (wasComplete || (updatedReplicas === desired && availableReplicas === desired));
  return {
    observedGeneration: deployment.metadata.generation,
    replicas,
    updatedReplicas,
    readyReplicas: sum((status) => status.readyReplicas),
    availableReplicas,
    unavailableReplicas: Math.max(0, desired - availableReplicas),
    conditions: [
      condition(deployment, 'Progressing', true, isComplete ? COMPLETE : 'ReplicaSetUpdated', now),
      availability(deployment, availableReplicas, now),
    ],
  };
}

function availability(deployment: Deployment, available: number, now: Date): Condition {
  const isEnough = available > 0 || deployment.spec.replicas === 0;
  const reason = isEnough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable';
  return condition(deployment, 'Available', isEnough, reason, now);
}

function condition(
  deployment: Deployment,
  type: string,
  isTrue: boolean,
  reason: string,
  now: Date,
): Condition {
  const status = isTrue ? 'True' : 'False';
  const before = deployment.status.conditions.find((other) => other.type === type);
  if (before?.status === status && before.reason === reason) return before;
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : timestamp(now);
  return { type, status, reason, lastTransitionTime };
}
