import { z } from 'zod';
import type { Resource } from './kubernetes-api.ts';

/** The little that is read of what an API server answers; everything else is dropped at once. */

const labels = z.record(z.string(), z.string()).default({});
const count = z.int().min(0).default(0);

export const metadata = z.object({
  name: z.string().min(1),
  namespace: z.string().min(1),
  uid: z.string().min(1),
  labels,
  annotations: labels,
  generation: count,
  creationTimestamp: z.iso.datetime().transform((text) => new Date(text)),
  deletionTimestamp: z.string().optional(),
  ownerReferences: z
    .array(
      z.object({
        kind: z.string(),
        name: z.string(),
        uid: z.string().min(1),
        controller: z.boolean().default(false),
      }),
    )
    .default([]),
});
export type ObjectMetadata = z.infer<typeof metadata>;

const conditions = z
  .array(z.object({ type: z.string(), status: z.string(), reason: z.string().default('') }))
  .default([]);
const containers = z.array(z.object({ restartCount: count })).default([]);

export const quantities = z.record(z.string(), z.union([z.string(), z.number()])).default({});
const templateContainers = z
  .array(
    z.looseObject({
      name: z.string(),
      image: z.string().default(''),
      resources: z.looseObject({ requests: quantities, limits: quantities }).prefault({}),
    }),
  )
  .default([]);

const podSchema = z.object({
  metadata,
  status: z
    .object({ conditions, containerStatuses: containers, initContainerStatuses: containers })
    .prefault({}),
});
export type PodObject = z.infer<typeof podSchema>;

const selector = z.object({
  matchLabels: labels,
  matchExpressions: z
    .array(
      z.object({
        key: z.string(),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(z.string()).default([]),
      }),
    )
    .default([]),
});
export type Selector = z.infer<typeof selector>;

/** Kept whole: two templates are the same only if nothing of them differs. */
const template = z.looseObject({
  metadata: z.looseObject({ labels }).prefault({}),
  spec: z.looseObject({ containers: templateContainers, initContainers: templateContainers }).prefault({}),
});
export type TemplateObject = z.infer<typeof template>;

/** A number of pods, or percent of those that are wanted. */
const share = z.union([z.int().min(0), z.string().regex(/^\d+%$/)]);
export type Share = z.infer<typeof share>;

const deploymentSchema = z.object({
  metadata,
  spec: z.object({
    selector,
    replicas: z.int().min(0).default(1),
    paused: z.boolean().default(false),
    strategy: z
      .object({
        type: z.string().default('RollingUpdate'),
        rollingUpdate: z
          .object({ maxSurge: share.default('25%'), maxUnavailable: share.default('25%') })
          .prefault({}),
      })
      .prefault({}),
    template: template.prefault({}),
  }),
  status: z
    .object({
      observedGeneration: count,
      replicas: count,
      updatedReplicas: count,
      readyReplicas: count,
      availableReplicas: count,
      conditions,
    })
    .prefault({}),
});
export type DeploymentObject = z.infer<typeof deploymentSchema>;

const replicaSetSchema = z.object({
  metadata,
  spec: z.object({ selector, replicas: z.int().min(0).default(1), template: template.prefault({}) }),
  status: z
    .object({ observedGeneration: count, readyReplicas: count, availableReplicas: count })
    .prefault({}),
});
export type ReplicaSetObject = z.infer<typeof replicaSetSchema>;

const statefulSetSchema = z.object({
  metadata,
  spec: z.object({
    selector,
    replicas: z.int().min(0).default(1),
    updateStrategy: z
      .object({
        type: z.string().default('RollingUpdate'),
        rollingUpdate: z.object({ partition: count, maxUnavailable: share.default(1) }).prefault({}),
      })
      .prefault({}),
    template: template.prefault({}),
  }),
  status: z
    .object({
      observedGeneration: count,
      readyReplicas: count,
      availableReplicas: count,
      updatedReplicas: count,
      currentRevision: z.string().default(''),
      updateRevision: z.string().default(''),
    })
    .prefault({}),
});
export type StatefulSetObject = z.infer<typeof statefulSetSchema>;

const daemonSetSchema = z.object({
  metadata,
  spec: z.object({
    selector,
    updateStrategy: z
      .object({
        type: z.string().default('RollingUpdate'),
        rollingUpdate: z.object({ maxUnavailable: share.default(1) }).prefault({}),
      })
      .prefault({}),
    template: template.prefault({}),
  }),
  status: z
    .object({
      observedGeneration: count,
      desiredNumberScheduled: count,
      updatedNumberScheduled: count,
      numberReady: count,
      numberAvailable: count,
    })
    .prefault({}),
});
export type DaemonSetObject = z.infer<typeof daemonSetSchema>;

export const pods: Resource<PodObject> = { group: '', version: 'v1', plural: 'pods', schema: podSchema };
export const deployments = apps('deployments', deploymentSchema);
export const replicaSets = apps('replicasets', replicaSetSchema);
export const statefulSets = apps('statefulsets', statefulSetSchema);
export const daemonSets = apps('daemonsets', daemonSetSchema);

function apps<T>(plural: string, schema: z.ZodType<T>): Resource<T> {
  return { group: 'apps', version: 'v1', plural, schema };
}
