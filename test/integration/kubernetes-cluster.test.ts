import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  PatchStrategy,
  RbacAuthorizationV1Api,
  setHeaderOptions,
  type V1PolicyRule,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubernetesCluster } from '../../services/executor/adapters/kubernetes-cluster.ts';
import type { Cluster, PodState } from '../../services/executor/ports.ts';
import type { ClusterServer } from '../contracts/cluster/cluster-server.ts';
import { clusterContract } from '../contracts/cluster.ts';
import {
  deleteAfterAnnotation,
  type LabKubernetes,
  playAnnotation,
  startKubernetes,
} from '../lab/kubernetes.ts';
import { deployment, kubeConfig } from '../lab/lab-clients-kubernetes.ts';
import { eventually } from '../support/eventually.ts';

/** What an executor needs that plans and deletes pods, and no more: the contract runs on it. */
const mayRead: V1PolicyRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
  { apiGroups: ['apps'], resources: ['replicasets'], verbs: ['get', 'list'] },
  { apiGroups: ['apps'], resources: ['deployments', 'statefulsets', 'daemonsets'], verbs: ['get'] },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: ['list'] },
  { apiGroups: [''], resources: ['resourcequotas'], verbs: ['list'] },
];
const mayDelete: V1PolicyRule[] = [...mayRead, { apiGroups: [''], resources: ['pods'], verbs: ['delete'] }];

clusterContract('kubernetes', async (): Promise<ClusterServer> => {
  const kubernetes = await startKubernetes();
  const server = kubernetes.endpoint;
  const ca = readFileSync(kubernetes.caFile, 'utf8');
  const tokens = {
    executor: await serviceAccountToken(kubernetes, 'executor', mayDelete),
    reader: await serviceAccountToken(kubernetes, 'reader', mayRead),
    stranger: 'stranger-token',
  };
  const proxies: Server[] = [];
  return {
    address: { server, ca, token: kubernetes.token },
    annotations: { play: playAnnotation, deleteAfter: deleteAfterAnnotation },
    connect: ({ as = 'executor', ...options } = {}) =>
      kubernetesCluster({ server, ca, token: tokens[as], ...options }),
    connectLossy: async () => {
      const proxy = await loseAnswersOfDeletions({ server, ca });
      proxies.push(proxy);
      const { port } = proxy.address() as AddressInfo;
      return kubernetesCluster({ server: `http://127.0.0.1:${port}`, token: tokens.executor });
    },
    podDeletions: async (namespace) => {
      const events = await kubernetes.readAuditEvents({ verb: 'delete', resource: 'pods', namespace });
      return events.map(({ name = '', code }) => ({ name, status: code }));
    },
    pause: () => kubernetes.parts.apiServer.pause(),
    resume: () => kubernetes.parts.apiServer.resume(),
    kill: () => kubernetes.parts.apiServer.kill(),
    stop: async () => {
      for (const proxy of proxies) proxy.close();
      await kubernetes.stop();
    },
  };
});

describe('workloads that only a real cluster has', () => {
  const namespace = 'default';
  let kubernetes: LabKubernetes;
  let cluster: Cluster;
  let apps: AppsV1Api;
  beforeAll(async () => {
    kubernetes = await startKubernetes();
    cluster = kubernetesCluster({ kubeconfig: kubernetes.kubeconfig });
    apps = kubeConfig(kubernetes.kubeconfig).makeApiClient(AppsV1Api);
  });
  afterAll(() => kubernetes?.stop());

  const template = (name: string, annotations = {}) => ({
    metadata: { labels: { app: name }, annotations },
    spec: { containers: [{ name: 'main', image: 'none' }] },
  });
  const spec = (name: string) => ({ selector: { matchLabels: { app: name } }, template: template(name) });
  const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
  const neverReady = {
    spec: { template: { metadata: { annotations: { [playAnnotation]: 'never-ready' } } } },
  };
  /** The workload by itself, and as the one that its pod leads to. */
  const settled = async (kind: string, name: string, desired: number) =>
    eventually(async () => {
      const workload = await cluster.workload({ kind, namespace, name });
      expect(workload).toMatchObject({
        kind,
        name,
        desired,
        ready: desired,
        available: desired,
        rollingOut: false,
      });
      const pods = workload ? await cluster.podsOf(workload) : [];
      expect(pods).toHaveLength(desired);
      expect(await cluster.workloadOf(pods[0] as PodState)).toEqual(workload);
      expect(await cluster.deployed({ kind, namespace, name })).toMatchObject({
        ...workload,
        template: { labels: { app: name }, images: { main: 'none' } },
        rollout: { strategy: 'RollingUpdate', replacesAll: true, maxUnavailable: 1 },
      });
      return workload;
    });

  it('knows a StatefulSet by its pods, and its rollout from a crash loop', async () => {
    const name = 'store';
    const body = { metadata: { name }, spec: { ...spec(name), serviceName: name, replicas: 2 } };
    await apps.createNamespacedStatefulSet({ namespace, body });
    const workload = await settled('StatefulSet', name, 2);
    const core = kubeConfig(kubernetes.kubeconfig).makeApiClient(CoreV1Api);
    const crash = { metadata: { annotations: { [playAnnotation]: 'crash-loop' } } };
    await core.patchNamespacedPod({ namespace, name: 'store-0', body: crash }, merge);
    const now = () => cluster.workload({ kind: 'StatefulSet', namespace, name });
    await eventually(async () => expect(await now()).toMatchObject({ ready: 1, rollingOut: false }));
    const pod = (await cluster.pod(namespace, 'store-0')) as PodState;
    expect(await cluster.deletePod(pod)).toBe('deleted');
    // The replacement has the name of the one that was deleted.
    await eventually(async () => {
      const replacement = await cluster.pod(namespace, 'store-0');
      expect(replacement?.ready).toBe(true);
      expect(replacement?.uid).not.toBe(pod.uid);
    });
    expect(await cluster.deletePod(pod)).toBe('other');
    await apps.patchNamespacedStatefulSet({ namespace, name, body: neverReady }, merge);
    await eventually(async () => expect(await now()).toMatchObject({ uid: workload?.uid, rollingOut: true }));
  });

  it('knows a DaemonSet by its pods, and its rollout', async () => {
    const name = 'agent';
    await apps.createNamespacedDaemonSet({ namespace, body: { metadata: { name }, spec: spec(name) } });
    await settled('DaemonSet', name, 1);
    await kubernetes.addNode('node-2');
    await settled('DaemonSet', name, 2);
    await apps.patchNamespacedDaemonSet({ namespace, name, body: neverReady }, merge);
    await eventually(async () =>
      expect(await cluster.workload({ kind: 'DaemonSet', namespace, name })).toMatchObject({
        rollingOut: true,
      }),
    );
  });

  it('takes no Job for a workload', async () => {
    const batch = kubeConfig(kubernetes.kubeconfig).makeApiClient(BatchV1Api);
    const once = { ...template('once'), spec: { ...template('once').spec, restartPolicy: 'Never' } };
    await batch.createNamespacedJob({
      namespace,
      body: { metadata: { name: 'once' }, spec: { template: once } },
    });
    const core = kubeConfig(kubernetes.kubeconfig).makeApiClient(CoreV1Api);
    const name = await eventually(async () => {
      const { items } = await core.listNamespacedPod({ namespace, labelSelector: 'app=once' });
      expect(items).toHaveLength(1);
      return items[0]?.metadata?.name ?? '';
    });
    const pod = (await cluster.pod(namespace, name)) as PodState;
    expect(pod.controller).toMatchObject({ kind: 'Job', name: 'once' });
    expect(await cluster.workloadOf(pod)).toBeUndefined();
    expect(await cluster.workload({ kind: 'Job', namespace, name: 'once' })).toBeUndefined();
  });

  it('reads more pods than one page holds', async () => {
    await apps.createNamespacedDeployment({ namespace, body: deployment('many', 120) });
    // The scheduler puts 110 pods on a node: the others stay Pending, and are pods of the workload all the same.
    await eventually(async () => {
      const workload = await cluster.workload({ kind: 'Deployment', namespace, name: 'many' });
      const pods = workload ? await cluster.podsOf(workload) : [];
      expect(new Set(pods.map(({ uid }) => uid)).size).toBe(120);
    }, 60_000);
    const lists = await kubernetes.readAuditEvents({ verb: 'list', resource: 'pods', namespace });
    expect(lists.filter(({ requestUri }) => requestUri.includes('continue='))).not.toEqual([]);
  });
});

async function serviceAccountToken(
  kubernetes: LabKubernetes,
  name: string,
  rules: V1PolicyRule[],
): Promise<string> {
  const config = kubeConfig(kubernetes.kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const rbac = config.makeApiClient(RbacAuthorizationV1Api);
  const namespace = 'default';
  await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name } } });
  await rbac.createClusterRole({ body: { metadata: { name }, rules } });
  await rbac.createClusterRoleBinding({
    body: {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  });
  const body = { spec: { audiences: ['https://kubernetes.default.svc'] } };
  const { status } = await core.createNamespacedServiceAccountToken({ namespace, name, body });
  return status?.token ?? '';
}

/** In front of the API server: everything goes through, but the answer to a deletion is never handed on. */
async function loseAnswersOfDeletions({ server, ca }: { server: string; ca: string }): Promise<Server> {
  const proxy = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '', headers } = incoming;
    const forwarded = request(new URL(url, server), { method, headers, ca, agent: false });
    forwarded.on('response', (answer) => {
      if (method !== 'DELETE') answer.pipe(outgoing.writeHead(answer.statusCode ?? 502, answer.headers));
      else answer.resume().on('end', () => incoming.socket.destroy());
    });
    incoming.pipe(forwarded);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return proxy;
}
