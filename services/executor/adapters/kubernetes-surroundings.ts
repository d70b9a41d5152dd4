import { BelayError } from '#lib/errors.ts';
import type { Autoscaler, DeployedWorkload, Quota, Revision, WorkloadState } from '../ports.ts';
import type { KubernetesApi } from './kubernetes-api.ts';
import { revisionNumber } from './kubernetes-deployed.ts';
import { autoscalers, type QuotaObject, resourceQuotas } from './kubernetes-limit-objects.ts';
import { replicaSets } from './kubernetes-objects.ts';
import { controllerOf } from './kubernetes-pod.ts';
import { quantityOf } from './kubernetes-quantity.ts';
import { podTemplate } from './kubernetes-template.ts';

/** What a change of a workload depends on and what is not the workload itself. All of it is only read. */

export async function revisionsOf(
  api: KubernetesApi,
  { kind, namespace, uid, selector }: DeployedWorkload,
): Promise<Revision[]> {
  if (kind !== 'Deployment') return [];
  const sets = await api.list(replicaSets, namespace, selector);
  return sets
    .filter(({ metadata }) => controllerOf(metadata)?.uid === uid)
    .map(({ metadata, spec }) => {
      const { hash, images } = podTemplate(spec.template);
      return { number: revisionNumber(metadata.annotations), template: hash, images };
    })
    .filter(({ number }) => number > 0)
    .sort((a, b) => b.number - a.number);
}

export async function autoscalersOf(
  api: KubernetesApi,
  { kind, namespace, name }: Pick<WorkloadState, 'kind' | 'namespace' | 'name'>,
): Promise<Autoscaler[]> {
  const found = await api.list(autoscalers, namespace, '');
  return found
    .filter(({ spec: { scaleTargetRef: ref } }) => ref.kind === kind && ref.name === name)
    .map(({ metadata, spec }) => ({
      name: metadata.name,
      minimum: spec.minReplicas,
      maximum: spec.maxReplicas,
    }));
}

/** Whoever may not read them is still told by the API server when they refuse a pod. */
export async function quotasOf(api: KubernetesApi, namespace: string): Promise<Quota[] | 'not_readable'> {
  try {
    return (await api.list(resourceQuotas, namespace, '')).map(toQuota);
  } catch (error) {
    if (error instanceof BelayError && error.code === 'CLUSTER_FORBIDDEN') return 'not_readable';
    throw error;
  }
}

function toQuota({ metadata, spec, status }: QuotaObject): Quota {
  const items = Object.entries(status.hard).map(([resource, hard]) => ({
    resource: ALIASES.get(resource) ?? resource,
    hard: quantityOf(hard),
    used: quantityOf(status.used[resource] ?? '0'),
  }));
  return { name: metadata.name, isScoped: spec.scopes.length > 0 || spec.scopeSelector !== undefined, items };
}

const ALIASES = new Map([
  ['count/pods', 'pods'],
  ['cpu', 'requests.cpu'],
  ['memory', 'requests.memory'],
  ['ephemeral-storage', 'requests.ephemeral-storage'],
]);
