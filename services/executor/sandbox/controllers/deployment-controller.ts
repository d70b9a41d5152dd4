import type { Clock } from '#lib/clock.ts';
import { type ObjectStore, type Place, placeOf } from '../object-store.ts';
import { type Deployment, namespaceOf, type ReplicaSet, type Share } from '../objects.ts';
import { deploymentStatus } from './deployment-status.ts';
import { controllerOf, ownedBy } from './ownership.ts';
import { planRollout, type Replicas } from './rollout-plan.ts';
import { HASH_LABEL, templateHash, withHash } from './template-hash.ts';

const REVISION = 'deployment.kubernetes.io/revision';

/** A ReplicaSet for each template it ever had, and the replicas moved to that of the newest. */
export function reconcileDeployment(store: ObjectStore, clock: Clock, place: Place): void {
  const deployment = store.get('deployments', place);
  if (!deployment) return;
  const owned = replicaSetsOf(store, deployment);
  const hash = templateHash(deployment.spec.template);
  const known = owned.find(({ metadata }) => metadata.labels?.[HASH_LABEL] === hash);
  const current = toNewestRevision(store, known ?? createReplicaSet(store, deployment, hash), owned);
  const old = owned.filter(({ metadata }) => metadata.uid !== current.metadata.uid);

  const plan = planRollout({ ...bounds(deployment), current: replicasOf(current), old: old.map(replicasOf) });
  for (const [name, replicas] of plan) {
    store.update('replicasets', { ...place, name }, (set) => ({ ...set, spec: { ...set.spec, replicas } }));
  }
  store.update('deployments', place, (now) => ({
    ...now,
    metadata: {
      ...now.metadata,
      annotations: { ...now.metadata.annotations, [REVISION]: `${revisionOf(current)}` },
    },
    status: deploymentStatus(now, current, old, clock.now()),
  }));
}

function replicaSetsOf(store: ObjectStore, { metadata }: Deployment): ReplicaSet[] {
  return store
    .list('replicasets', metadata.namespace)
    .filter((set) => controllerOf(set)?.uid === metadata.uid)
    .sort((a, b) => revisionOf(a) - revisionOf(b));
}

/** Without pods. It gets its number from the next look at the Deployment, unless it has one. */
export function createReplicaSet(
  store: ObjectStore,
  deployment: Deployment,
  hash: string,
  revision?: number,
): ReplicaSet {
  const { selector, template } = deployment.spec;
  return store.create('replicasets', {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: namespaceOf(deployment),
      labels: withHash(template.metadata.labels, hash),
      ...(revision !== undefined && { annotations: { [REVISION]: `${revision}` } }),
      ownerReferences: [ownedBy(deployment)],
    },
    spec: {
      replicas: 0,
      selector: { ...selector, matchLabels: withHash(selector.matchLabels, hash) },
      template: {
        ...template,
        metadata: { ...template.metadata, labels: withHash(template.metadata.labels, hash) },
      },
    },
    status: { observedGeneration: 0, replicas: 0, readyReplicas: 0, availableReplicas: 0 },
  });
}

/** Also one that an undo brings back. */
function toNewestRevision(store: ObjectStore, current: ReplicaSet, all: readonly ReplicaSet[]): ReplicaSet {
  const others = all.filter(({ metadata }) => metadata.uid !== current.metadata.uid);
  const newest = Math.max(0, ...others.map(revisionOf));
  if (revisionOf(current) > newest) return current;
  return store.update('replicasets', placeOf(current.metadata), (set) => ({
    ...set,
    metadata: {
      ...set.metadata,
      annotations: { ...set.metadata.annotations, [REVISION]: `${newest + 1}` },
    },
  }));
}

function revisionOf({ metadata }: ReplicaSet): number {
  return Number(metadata.annotations?.[REVISION] ?? 0);
}

function replicasOf({ metadata, spec, status }: ReplicaSet): Replicas {
  return { name: metadata.name, replicas: spec.replicas, available: status.availableReplicas };
}

function bounds({ spec }: Deployment) {
  const { replicas: desired, strategy } = spec;
  if (strategy.type === 'Recreate') return { desired, maxSurge: 0, maxUnavailable: desired };
  const maxSurge = countOf(strategy.rollingUpdate.maxSurge, desired, Math.ceil);
  const maxUnavailable = countOf(strategy.rollingUpdate.maxUnavailable, desired, Math.floor);
  // With neither, nothing could ever move.
  return { desired, maxSurge, maxUnavailable: maxSurge + maxUnavailable === 0 ? 1 : maxUnavailable };
}

function countOf(share: Share, of: number, round: (value: number) => number): number {
  return typeof share === 'number' ? share : round((Number.parseInt(share, 10) * of) / 100);
}
