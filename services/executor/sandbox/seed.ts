import { draftOf, parseMetadata, resourceKinds } from './api/resources.ts';
import { createReplicaSet } from './controllers/deployment-controller.ts';
import { templateHash, withHash } from './controllers/template-hash.ts';
import type { Play } from './kubelet/play.ts';
import { readyStatus } from './kubelet/pod-status.ts';
import type { ObjectStore } from './object-store.ts';
import {
  type Deployment,
  type Draft,
  type KubeObject,
  type Labels,
  type Namespace,
  type Plural,
  type Pod,
  podSpecSchema,
  type PodTemplate,
} from './objects.ts';
import { randomSuffix } from './random-suffix.ts';

export interface SeedWorkload {
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
  readonly labels: Labels;
  /** Of its pods. [sandbox/NAME:1] */
  readonly image?: string;
  /** What was deployed before, that one can go back to. */
  readonly before?: { readonly revision: number; readonly image: string };
  /** Some of its pods, by names of their own. */
  readonly pods?: readonly { readonly name: string; readonly play?: Play }[];
}

const optedIn = (name: string): Labels => ({ app: name, 'remediator.kubedojo.io/enabled': 'true' });
const production = (name: string, replicas: number, labels = optedIn(name)): SeedWorkload => ({
  namespace: 'production',
  name,
  replicas,
  labels,
});

/** Something to remedy, and something to leave alone. */
export const defaultSeed: readonly SeedWorkload[] = [
  { ...production('api-server', 3), pods: [{ name: 'api-server-abc123', play: 'crash-loop' }] },
  production('worker', 3),
  {
    ...production('checkout', 3),
    image: 'shop/checkout:1.8.2',
    before: { revision: 41, image: 'shop/checkout:1.8.1' },
  },
  production('auth', 2),
  production('singleton', 1),
  production('unlabelled', 2, { workload: 'unlabelled' }),
];

/** As after a long calm: every pod is Ready and no rollout is under way. What is to fail fails afterwards. */
export function plantSeed(store: ObjectStore, workloads: readonly SeedWorkload[], now: Date): void {
  const namespaces = new Set(['default', ...workloads.map(({ namespace }) => namespace)]);
  for (const name of namespaces) {
    store.create('namespaces', draft('namespaces', name, {}, {}) as Draft<Namespace>);
  }
  for (const workload of workloads) plantWorkload(store, workload, now);
}

/** Pods first: the ReplicaSet adopts those that carry its labels. */
function plantWorkload(store: ObjectStore, workload: SeedWorkload, now: Date): void {
  const { namespace, name, replicas, labels, pods = [], before } = workload;
  const template = templateOf(labels, workload.image ?? `sandbox/${name}:1`);
  const spec = { replicas, selector: { matchLabels: labels }, template };
  const planned = draft('deployments', name, { namespace, labels }, spec) as Draft<Deployment>;
  const hash = templateHash(planned.spec.template);
  for (let i = 0; i < replicas; i += 1) {
    const podName = pods[i]?.name ?? `${name}-${hash}-${randomSuffix()}`;
    const metadata = { namespace, labels: withHash(labels, hash) };
    const pod = draft('pods', podName, metadata, template.spec) as Draft<Pod>;
    store.create('pods', { ...pod, status: readyStatus(pod, now) });
  }
  const deployment = store.create('deployments', planned);
  if (!before) return;
  // Its controller numbers the newest template after this one.
  const old = { ...deployment, spec: { ...deployment.spec, template: templateOf(labels, before.image) } };
  createReplicaSet(store, old, templateHash(old.spec.template), before.revision);
}

function templateOf(labels: Labels, image: string): PodTemplate {
  const containers = [{ name: 'main', image }];
  return { metadata: { labels }, spec: podSpecSchema.parse({ containers }) };
}

function draft(plural: Plural, name: string, metadata: object, spec: object): Draft<KubeObject> {
  const resource = resourceKinds.find((known) => known.plural === plural);
  if (!resource) throw new Error(`no resource ${plural}`);
  return draftOf(resource, parseMetadata(resource, name, metadata), spec);
}
