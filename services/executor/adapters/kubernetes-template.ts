import { createHash } from 'node:crypto';
import { canonical } from '#lib/plan/plan-digest.ts';
import type { PodTemplate } from '../ports.ts';
import type { TemplateObject } from './kubernetes-objects.ts';
import { quantityOf } from './kubernetes-quantity.ts';

export function podTemplate(template: TemplateObject): PodTemplate {
  const { labels } = template.metadata;
  const { containers } = template.spec;
  return {
    labels,
    hash: createHash('sha256').update(canonical(template)).digest('hex'),
    images: Object.fromEntries(containers.map(({ name, image }) => [name, image])),
    demand: demandOf(template.spec),
  };
}

type Spec = TemplateObject['spec'];
type Container = Spec['containers'][number];

/** By the names of quotas. What one of the containers does not say is unknown for the pod. */
function demandOf({ containers, initContainers }: Spec): Readonly<Record<string, number>> {
  const demand: Record<string, number> = { pods: 1 };
  for (const side of ['requests', 'limits'] as const) {
    const resources = new Set(
      containers.flatMap((c) => Object.keys({ ...c.resources.limits, ...c.resources[side] })),
    );
    for (const resource of resources) {
      const amounts = containers.map((container) => amountOf(container, side, resource));
      if (!amounts.every((amount) => amount !== undefined)) continue;
      // Init containers run one by one before the others: the greatest of them counts, or all the others together.
      const before = initContainers.map((container) => amountOf(container, side, resource) ?? 0);
      demand[`${side}.${resource}`] = Math.max(sumOf(amounts), ...before);
    }
  }
  return demand;
}

/** An API server takes the limit for a request that is not given. */
function amountOf(
  { resources }: Container,
  side: 'requests' | 'limits',
  resource: string,
): number | undefined {
  const text = resources[side][resource] ?? resources.limits[resource];
  return text === undefined ? undefined : quantityOf(text);
}

const sumOf = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0);
