import { z } from 'zod';

/** The objects of the sandbox, and what of them has to be right when somebody sends one. */

const labels = z.record(z.string(), z.string());
export type Labels = z.infer<typeof labels>;

const selectorSchema = z.strictObject({
  matchLabels: labels.optional(),
  matchExpressions: z
    .array(
      z.strictObject({
        key: z.string(),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(z.string()).optional(),
      }),
    )
    .optional(),
});
export type Selector = z.infer<typeof selectorSchema>;

export const podSpecSchema = z.looseObject({
  containers: z.array(z.looseObject({ name: z.string().min(1), image: z.string().min(1) })).min(1),
  terminationGracePeriodSeconds: z.int().min(0).default(30),
  restartPolicy: z.string().default('Always'),
});
export type PodSpec = z.infer<typeof podSpecSchema>;

const templateSchema = z.looseObject({
  metadata: z.looseObject({ labels: labels.optional(), annotations: labels.optional() }).default({}),
  spec: podSpecSchema,
});
export type PodTemplate = z.infer<typeof templateSchema>;

export const replicaSetSpecSchema = z.looseObject({
  replicas: z.int().min(0).default(1),
  selector: selectorSchema,
  template: templateSchema,
});
type ReplicaSetSpec = z.infer<typeof replicaSetSpecSchema>;

const share = z.union([z.int().min(0), z.string().regex(/^\d+%$/)]).default('25%');
export type Share = z.infer<typeof share>;

export const deploymentSpecSchema = replicaSetSpecSchema.extend({
  strategy: z
    .looseObject({
      type: z.enum(['RollingUpdate', 'Recreate']).default('RollingUpdate'),
      rollingUpdate: z.looseObject({ maxSurge: share, maxUnavailable: share }).prefault({}),
    })
    .prefault({}),
});
type DeploymentSpec = z.infer<typeof deploymentSpecSchema>;

export const autoscalerSpecSchema = z.looseObject({
  scaleTargetRef: z.looseObject({ kind: z.string().min(1), name: z.string().min(1) }),
  minReplicas: z.int().min(1).default(1),
  maxReplicas: z.int().min(1),
});
type AutoscalerSpec = z.infer<typeof autoscalerSpecSchema>;

/** Of pods alone: that is what the sandbox can count. */
export const quotaSpecSchema = z.strictObject({
  hard: z.partialRecord(z.enum(['pods', 'count/pods']), z.string().regex(/^\d+$/)),
});
type QuotaSpec = z.infer<typeof quotaSpecSchema>;

export const draftMetadataSchema = z.looseObject({
  name: z.string().optional(),
  generateName: z.string().optional(),
  namespace: z.string().optional(),
  labels: labels.optional(),
  annotations: labels.optional(),
});

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface DraftMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface ObjectMetadata extends DraftMetadata {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime: string;
}

export interface ContainerStatus {
  readonly name: string;
  readonly image: string;
  readonly ready: boolean;
  readonly started: boolean;
  readonly restartCount: number;
  readonly state: object;
  readonly lastState: object;
}

export interface PodStatus {
  readonly phase: 'Pending' | 'Running';
  readonly startTime?: string;
  readonly conditions?: readonly Condition[];
  readonly containerStatuses?: readonly ContainerStatus[];
}

interface WorkloadStatus {
  readonly observedGeneration: number;
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
}

export interface DeploymentStatus extends WorkloadStatus {
  readonly updatedReplicas: number;
  readonly unavailableReplicas: number;
  readonly conditions: readonly Condition[];
}

interface ObjectOf<Kind extends string, Spec, Status> {
  readonly apiVersion: string;
  readonly kind: Kind;
  readonly metadata: ObjectMetadata;
  readonly spec: Spec;
  readonly status: Status;
}

export type Pod = ObjectOf<'Pod', PodSpec, PodStatus>;
export type ReplicaSet = ObjectOf<'ReplicaSet', ReplicaSetSpec, WorkloadStatus>;
export type Deployment = ObjectOf<'Deployment', DeploymentSpec, DeploymentStatus>;
export type Namespace = ObjectOf<'Namespace', object, { readonly phase: 'Active' }>;
type Autoscaler = ObjectOf<'HorizontalPodAutoscaler', AutoscalerSpec, object>;
type ResourceQuota = ObjectOf<'ResourceQuota', QuotaSpec, QuotaStatus>;

interface QuotaStatus {
  readonly hard?: QuotaSpec['hard'];
  readonly used?: Labels;
}

export interface ObjectsByPlural {
  pods: Pod;
  replicasets: ReplicaSet;
  deployments: Deployment;
  namespaces: Namespace;
  horizontalpodautoscalers: Autoscaler;
  resourcequotas: ResourceQuota;
}
export type Plural = keyof ObjectsByPlural;
export type KubeObject = ObjectsByPlural[Plural];
export type Draft<T extends KubeObject> = Omit<T, 'metadata'> & { readonly metadata: DraftMetadata };

/** A Deployment's and a ReplicaSet's metadata has one; what the store holds of them is always in a namespace. */
export function namespaceOf({ metadata }: Pick<KubeObject, 'metadata'>): string {
  return metadata.namespace ?? '';
}
