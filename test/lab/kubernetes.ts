import { callApi } from './kubernetes/api.ts';
import { type AuditEvent, type AuditFilter, readAudit } from './kubernetes/audit.ts';
import {
  startApiServer,
  startControllers,
  startEtcd,
  startKwok,
  startScheduler,
} from './kubernetes/control-plane.ts';
import { pollUntil } from './poll-until.ts';
import type { LabServer } from './server.ts';
import { serverGroup } from './server-group.ts';

export type { AuditEvent, AuditFilter } from './kubernetes/audit.ts';
export {
  deleteAfterAnnotation,
  type Play,
  playAnnotation,
  readyAfterAnnotation,
} from './kubernetes/stages.ts';

export interface KubernetesOptions {
  /** Names of the nodes at the start; one, `node-1`, unless given. */
  readonly nodes?: readonly string[];
}

export interface NodeOptions {
  readonly labels?: Readonly<Record<string, string>>;
  /** What pods can ask for; plenty unless given. */
  readonly capacity?: { readonly cpu: string; readonly memory: string; readonly pods: string };
}

export interface LabKubernetes extends LabServer {
  /** Path of a kubeconfig file for the user `admin`, of the group system:masters. */
  readonly kubeconfig: string;
  readonly token: string;
  readonly caFile: string;
  readonly parts: {
    readonly etcd: LabServer;
    readonly apiServer: LabServer;
    readonly controllers: LabServer;
    readonly scheduler: LabServer;
    readonly kwok: LabServer;
  };
  /** Resolves when the node is Ready. */
  addNode(name: string, options?: NodeOptions): Promise<void>;
  /** A kubeconfig file for another token, e.g. of a service account; returns its path. */
  writeKubeconfig(name: string, token: string): string;
  /** What the API server was asked, oldest first; without what the lab's own servers asked. */
  readAuditEvents(filter?: AuditFilter): Promise<AuditEvent[]>;
}

/** Endpoint: the URL of the API server. All of its servers restart together, or each through `parts`. */
export async function startKubernetes({
  nodes = ['node-1'],
}: KubernetesOptions = {}): Promise<LabKubernetes> {
  const etcd = await startEtcd();
  const { server: apiServer, access, auditFile } = await startApiServer(etcd);
  const [controllers, scheduler, kwok] = await Promise.all([
    startControllers(access),
    startScheduler(access),
    startKwok(access),
  ]);
  const { endpoint } = apiServer;
  const { adminToken: token, setupToken, caFile } = access;
  const api = { endpoint, caFile, token: setupToken };

  const kubernetes: LabKubernetes = {
    ...serverGroup('kubernetes', endpoint, [etcd, apiServer, controllers, scheduler, kwok], {
      inOrder: true,
    }),
    logFile: apiServer.logFile,
    kubeconfig: access.writeKubeconfig('admin', token),
    token,
    caFile,
    parts: { etcd, apiServer, controllers, scheduler, kwok },
    writeKubeconfig: (name, otherToken) => access.writeKubeconfig(name, otherToken),
    async addNode(name, options = {}) {
      const path = '/api/v1/nodes';
      const { status, body } = await callApi(api, {
        method: 'POST',
        path,
        body: nodeOf(name, options),
        signal: AbortSignal.timeout(5_000),
      });
      if (status !== 201) throw new Error(`lab: node ${name}: ${JSON.stringify(body)}`);
      const ready = async (signal: AbortSignal) =>
        assertReady((await callApi(api, { path: `${path}/${name}`, signal })).body);
      await pollUntil(ready, { timeoutMs: 15_000 });
    },
    readAuditEvents: (filter = {}) =>
      readAudit(auditFile, filter, (name, signal) =>
        callApi(api, { path: `/api/v1/namespaces/${name}`, signal }),
      ),
  };
  await Promise.all(nodes.map((name) => kubernetes.addNode(name)));
  return kubernetes;
}

function nodeOf(name: string, { labels = {}, capacity }: NodeOptions): object {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    ...(capacity && { status: { capacity, allocatable: capacity } }),
  };
}

function assertReady(node: unknown): void {
  const { status } = node as { status?: { conditions?: { type: string; status: string }[] } };
  const ready = status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  if (!ready) throw new Error('not Ready yet');
}
