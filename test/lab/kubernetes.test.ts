import {
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  PatchStrategy,
  PolicyV1Api,
  setHeaderOptions,
  type V1Pod,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  deleteAfterAnnotation,
  type LabKubernetes,
  type Play,
  playAnnotation,
  readyAfterAnnotation,
  startKubernetes,
} from './kubernetes.ts';
import { deployment, kubeConfig, podSpec } from './lab-clients-kubernetes.ts';
import { describeLabServer } from './lab-contract.ts';
import { pollUntil } from './poll-until.ts';

const namespace = 'default';

describeLabServer('kubernetes', {
  start: startKubernetes,
  async write(server) {
    const body = { metadata: { name: 'slot' }, data: { state: 'taken' } };
    await coreApi(server).createNamespacedConfigMap({ namespace, body });
  },
  read: async (server) => (await coreApi(server).readNamespacedConfigMap({ namespace, name: 'slot' })).data,
  expected: { state: 'taken' },
});

describe('workloads', () => {
  let cluster: LabKubernetes;
  let core: CoreV1Api;
  beforeAll(async () => {
    cluster = await startKubernetes();
    core = coreApi(cluster);
  });
  afterAll(() => cluster?.stop());

  it('replaces a deleted pod, and counts that deletion at the API server', async () => {
    await deploy('web', 2);
    const [first] = await readyPods('web', 2);
    await core.deleteNamespacedPod({ namespace, name: nameOf(first) });
    await pollUntil(
      async () => expect((await pods('web')).map(nameOf)).not.toContain(nameOf(first)),
      patience,
    );
    await readyPods('web', 2);

    const deletions = await cluster.readAuditEvents({ verb: 'delete', resource: 'pods' });
    expect(deletions).toMatchObject([{ user: 'admin', namespace, name: nameOf(first), code: 200 }]);
    const withLab = await cluster.readAuditEvents({ verb: 'delete', resource: 'pods', withLab: true });
    expect(withLab.map(({ user }) => user)).toContain('lab:kwok');
  });

  it('refuses an eviction that a budget forbids', async () => {
    await deploy('single', 1);
    const [pod] = await readyPods('single', 1);
    const spec = { minAvailable: 1, selector: { matchLabels: { app: 'single' } } };
    const policy = kubeConfig(cluster.kubeconfig).makeApiClient(PolicyV1Api);
    await policy.createNamespacedPodDisruptionBudget({
      namespace,
      body: { metadata: { name: 'single' }, spec },
    });
    const evict = () =>
      core.createNamespacedPodEviction({
        namespace,
        name: nameOf(pod),
        body: { metadata: { name: nameOf(pod) } },
      });
    await expect(evict()).rejects.toMatchObject({ code: 429 });
    expect(await cluster.readAuditEvents({ resource: 'pods/eviction' })).toMatchObject([{ code: 429 }]);
  });

  it('plays a crash loop, until the pod is replaced', async () => {
    await deploy('crashing', 2);
    const [pod] = await readyPods('crashing', 2);
    await annotate(pod, { [playAnnotation]: 'crash-loop' satisfies Play });
    await pollUntil(async () => {
      const [container] = (await podNow(pod)).status?.containerStatuses ?? [];
      expect(container).toMatchObject({
        ready: false,
        restartCount: 2,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1 } },
      });
    }, patience);
    await core.deleteNamespacedPod({ namespace, name: nameOf(pod) });
    await readyPods('crashing', 2);
  });

  it('plays an OOM kill', async () => {
    await deploy('greedy', 1, { [playAnnotation]: 'oom-killed' satisfies Play });
    await pollUntil(async () => {
      const [container] = (await pods('greedy'))[0]?.status?.containerStatuses ?? [];
      expect(container?.lastState?.terminated).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
    }, patience);
  });

  it('plays pods that are Ready late, or never', async () => {
    await deploy('never', 1, { [playAnnotation]: 'never-ready' satisfies Play });
    await deploy('slow', 1, {
      [playAnnotation]: 'slow-ready' satisfies Play,
      [readyAfterAnnotation]: '1500ms',
    });
    const isRunning = async (app: string) => expect((await pods(app))[0]?.status?.phase).toBe('Running');
    await pollUntil(() => Promise.all([isRunning('never'), isRunning('slow')]), patience);
    expect((await pods('slow')).filter(isReady)).toEqual([]);
    await readyPods('slow', 1);
    const [never] = await pods('never');
    expect(never && isReady(never)).toBe(false);

    await annotate(never, { [playAnnotation]: null });
    await readyPods('never', 1);
  });

  it('keeps a pod Terminating as long as it is told', async () => {
    const metadata = { name: 'lingering', annotations: { [deleteAfterAnnotation]: '1s' } };
    await core.createNamespacedPod({ namespace, body: { metadata, spec: podSpec } });
    await core.deleteNamespacedPod({ namespace, name: 'lingering' });
    expect((await podNow({ metadata })).metadata?.deletionTimestamp).toBeInstanceOf(Date);
    await pollUntil(() => expect(podNow({ metadata })).rejects.toMatchObject({ code: 404 }), patience);
  });

  it('completes a job', async () => {
    const template = { spec: { ...podSpec, restartPolicy: 'Never' } };
    const batch = kubeConfig(cluster.kubeconfig).makeApiClient(BatchV1Api);
    await batch.createNamespacedJob({ namespace, body: { metadata: { name: 'once' }, spec: { template } } });
    await pollUntil(async () => {
      const job = await batch.readNamespacedJob({ namespace, name: 'once' });
      expect(job.status?.succeeded).toBe(1);
    }, patience);
  });

  it('lets a service account do nothing that no role allows', async () => {
    const body = { metadata: { name: 'nobody' } };
    await core.createNamespacedServiceAccount({ namespace, body });
    const request = { spec: { audiences: ['https://kubernetes.default.svc'] } };
    const { status } = await core.createNamespacedServiceAccountToken({
      namespace,
      name: 'nobody',
      body: request,
    });
    const file = cluster.writeKubeconfig('nobody', status?.token ?? '');
    const nobody = kubeConfig(file).makeApiClient(CoreV1Api);
    await expect(nobody.listNamespacedPod({ namespace })).rejects.toMatchObject({ code: 403 });
    const user = 'system:serviceaccount:default:nobody';
    expect(await cluster.readAuditEvents({ user })).toMatchObject([
      { verb: 'list', resource: 'pods', code: 403 },
    ]);
  });

  it('goes on after the API server alone was killed', async () => {
    await cluster.parts.apiServer.kill();
    await expect(pods('web')).rejects.toThrow('fetch failed');
    await cluster.parts.apiServer.restart();
    await deploy('after', 1);
    await readyPods('after', 1);
  });

  it('schedules onto a node that is added', async () => {
    await cluster.addNode('node-2', { labels: { zone: 'b' } });
    const spec = { ...podSpec, nodeSelector: { zone: 'b' } };
    await core.createNamespacedPod({
      namespace,
      body: { metadata: { name: 'placed', labels: { app: 'placed' } }, spec },
    });
    expect((await readyPods('placed', 1))[0]?.spec?.nodeName).toBe('node-2');
  });

  async function deploy(name: string, replicas: number, annotations?: Record<string, string>): Promise<void> {
    const apps = kubeConfig(cluster.kubeconfig).makeApiClient(AppsV1Api);
    await apps.createNamespacedDeployment({ namespace, body: deployment(name, replicas, annotations) });
  }

  async function pods(app: string): Promise<V1Pod[]> {
    return (await core.listNamespacedPod({ namespace, labelSelector: `app=${app}` })).items;
  }

  async function readyPods(app: string, count: number): Promise<V1Pod[]> {
    return pollUntil(async () => {
      const ready = (await pods(app)).filter(isReady);
      expect(ready).toHaveLength(count);
      return ready;
    }, patience);
  }

  async function podNow(pod: V1Pod | undefined): Promise<V1Pod> {
    return core.readNamespacedPod({ namespace, name: nameOf(pod) });
  }

  async function annotate(pod: V1Pod | undefined, annotations: Record<string, string | null>): Promise<void> {
    const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    await core.patchNamespacedPod(
      { namespace, name: nameOf(pod), body: { metadata: { annotations } } },
      merge,
    );
  }
});

const patience = { timeoutMs: 20_000 };

function coreApi(server: LabKubernetes): CoreV1Api {
  return kubeConfig(server.kubeconfig).makeApiClient(CoreV1Api);
}

function nameOf(pod: V1Pod | undefined): string {
  return pod?.metadata?.name ?? '';
}

function isReady(pod: V1Pod): boolean {
  const isLive = pod.metadata?.deletionTimestamp === undefined;
  return (
    isLive && (pod.status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True')
  );
}
