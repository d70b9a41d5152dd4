import { z } from 'zod';
import type { Resource } from './kubernetes-api.ts';
import { metadata, quantities } from './kubernetes-objects.ts';

/** What sets and bounds the pods of a namespace besides their workloads. */

const autoscalerSchema = z.object({
  metadata,
  spec: z.object({
    scaleTargetRef: z.object({ kind: z.string(), name: z.string() }),
    minReplicas: z.int().min(0).default(1),
    maxReplicas: z.int().min(0),
  }),
});
export type AutoscalerObject = z.infer<typeof autoscalerSchema>;

const quotaSchema = z.object({
  metadata,
  spec: z
    .object({ scopes: z.array(z.string()).default([]), scopeSelector: z.unknown().optional() })
    .prefault({}),
  status: z.object({ hard: quantities, used: quantities }).prefault({}),
});
export type QuotaObject = z.infer<typeof quotaSchema>;

export const resourceQuotas: Resource<QuotaObject> = {
  group: '',
  version: 'v1',
  plural: 'resourcequotas',
  schema: quotaSchema,
};
export const autoscalers: Resource<AutoscalerObject> = {
  group: 'autoscaling',
  version: 'v2',
  plural: 'horizontalpodautoscalers',
  schema: autoscalerSchema,
};
