import type { z } from 'zod';
import {
  autoscalerSpecSchema,
  type Deployment,
  type Draft,
  type DraftMetadata,
  deploymentSpecSchema,
  draftMetadataSchema,
  type KubeObject,
  type Labels,
  type Plural,
  podSpecSchema,
  quotaSpecSchema,
  replicaSetSpecSchema,
  type Selector,
} from '../objects.ts';
import {
  DELETE_AFTER_ANNOTATION,
  OUTAGE_ANNOTATION,
  PLAY_ANNOTATION,
  parseDurationMs,
  parsePlay,
  READY_AFTER_ANNOTATION,
} from '../kubelet/play.ts';
import { matchesSelector } from '../selectors.ts';
import { invalidObject } from './status.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete';

export interface ResourceKind {
  readonly group: '' | 'apps' | 'autoscaling';
  readonly version: 'v1' | 'v2';
  readonly plural: Plural;
  readonly singular: string;
  readonly kind: KubeObject['kind'];
  readonly shortName: string;
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  /** Its spec with defaults; throws a 422 that names the field. */
  readonly parseSpec: (name: string, spec: unknown) => KubeObject['spec'];
  readonly newStatus: KubeObject['status'];
}

const all: readonly Verb[] = ['create', 'delete', 'get', 'list', 'patch', 'watch'];
const noReplicas = { observedGeneration: 0, replicas: 0, readyReplicas: 0, availableReplicas: 0 };

export const resourceKinds: readonly ResourceKind[] = [
  {
    group: '',
    version: 'v1',
    plural: 'pods',
    singular: 'pod',
    kind: 'Pod',
    shortName: 'po',
    namespaced: true,
    verbs: all,
    parseSpec: (name, spec) => parse(podSpecSchema, 'Pod', name, 'spec', spec),
    newStatus: { phase: 'Pending' },
  },
  {
    group: '',
    version: 'v1',
    plural: 'namespaces',
    singular: 'namespace',
    kind: 'Namespace',
    shortName: 'ns',
    namespaced: false,
    verbs: ['create', 'get', 'list', 'watch'],
    parseSpec: () => ({}),
    newStatus: { phase: 'Active' },
  },
  {
    group: '',
    version: 'v1',
    plural: 'resourcequotas',
    singular: 'resourcequota',
    kind: 'ResourceQuota',
    shortName: 'quota',
    namespaced: true,
    verbs: all,
    parseSpec: (name, spec) => parse(quotaSpecSchema, 'ResourceQuota', name, 'spec', spec),
    newStatus: {},
  },
  {
    group: 'autoscaling',
    version: 'v2',
    plural: 'horizontalpodautoscalers',
    singular: 'horizontalpodautoscaler',
    kind: 'HorizontalPodAutoscaler',
    shortName: 'hpa',
    namespaced: true,
    verbs: all,
    parseSpec: (name, spec) => parse(autoscalerSpecSchema, 'HorizontalPodAutoscaler', name, 'spec', spec),
    newStatus: {},
  },
  {
    group: 'apps',
    version: 'v1',
    plural: 'replicasets',
    singular: 'replicaset',
    kind: 'ReplicaSet',
    shortName: 'rs',
    namespaced: true,
    verbs: all,
    parseSpec: (name, spec) =>
      checkTemplate('ReplicaSet', name, parse(replicaSetSpecSchema, 'ReplicaSet', name, 'spec', spec)),
    newStatus: noReplicas,
  },
  {
    group: 'apps',
    version: 'v1',
    plural: 'deployments',
    singular: 'deployment',
    kind: 'Deployment',
    shortName: 'deploy',
    namespaced: true,
    verbs: all,
    parseSpec: (name, spec) =>
      checkTemplate('Deployment', name, parse(deploymentSpecSchema, 'Deployment', name, 'spec', spec)),
    newStatus: {
      ...noReplicas,
      updatedReplicas: 0,
      unavailableReplicas: 0,
      conditions: [],
    } satisfies Deployment['status'],
  },
];

export function apiVersionOf({ group, version }: ResourceKind): string {
  return group === '' ? version : `${group}/${version}`;
}

const NAMES = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

export function parseMetadata({ kind }: ResourceKind, name: string, given: unknown): DraftMetadata {
  if (!NAMES.test(name))
    throw invalidObject(kind, name, 'metadata.name', 'a lowercase RFC 1123 subdomain is expected');
  const metadata = parse(draftMetadataSchema, kind, name, 'metadata', given ?? {});
  checkAnnotations(metadata.annotations);
  return { ...metadata, name } as DraftMetadata;
}

/** A draft of this kind, as the store takes it. */
export function draftOf(resource: ResourceKind, metadata: DraftMetadata, spec: unknown): Draft<KubeObject> {
  const { kind, newStatus } = resource;
  const parsed = resource.parseSpec(metadata.name, spec);
  return {
    apiVersion: apiVersionOf(resource),
    kind,
    metadata,
    spec: parsed,
    status: newStatus,
  };
}

interface WithTemplate {
  readonly selector: Selector;
  readonly template: {
    readonly metadata: { readonly labels?: Labels | undefined; readonly annotations?: Labels | undefined };
  };
}

function checkTemplate<T extends WithTemplate>(kind: string, name: string, spec: T): T {
  const { labels, annotations } = spec.template.metadata;
  checkAnnotations(annotations);
  if (matchesSelector(spec.selector, labels)) return spec;
  const problem = '`selector` does not match template `labels`';
  throw invalidObject(kind, name, 'spec.template.metadata.labels', problem);
}

/** Before they are stored: who plays the pods must understand them. */
function checkAnnotations(annotations: Labels = {}): void {
  parsePlay(annotations[PLAY_ANNOTATION]);
  parseDurationMs(annotations[READY_AFTER_ANNOTATION], 0);
  parseDurationMs(annotations[DELETE_AFTER_ANNOTATION], 0);
  parseDurationMs(annotations[OUTAGE_ANNOTATION], 0);
}

function parse<T>(schema: z.ZodType<T>, kind: string, name: string, field: string, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalidObject(kind, name, [field, ...(issue?.path ?? [])].join('.'), issue?.message ?? 'invalid');
}
