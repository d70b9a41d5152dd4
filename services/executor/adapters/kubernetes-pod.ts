import type { OwnerRef, PodState } from '../ports.ts';
import type { ObjectMetadata, PodObject } from './kubernetes-objects.ts';

export function podState({ metadata, status }: PodObject): PodState {
  const { namespace, name, uid, labels, creationTimestamp, deletionTimestamp } = metadata;
  return {
    namespace,
    name,
    uid,
    labels,
    ready: status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
    terminating: deletionTimestamp !== undefined,
    // A pod whose init containers crash restarts no less than one whose containers do.
    restarts: [...status.initContainerStatuses, ...status.containerStatuses].reduce(
      (sum, { restartCount }) => sum + restartCount,
      0,
    ),
    createdAt: creationTimestamp,
    controller: controllerOf(metadata),
  };
}

/** Of several owners at most one is the controller; the others replace nothing. */
export function controllerOf({ ownerReferences }: ObjectMetadata): OwnerRef | undefined {
  const owner = ownerReferences.find(({ controller }) => controller);
  return owner && { kind: owner.kind, name: owner.name, uid: owner.uid };
}
