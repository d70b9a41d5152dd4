import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { requireInstalled } from '../cache.ts';
import { freePort, freePorts } from '../free-port.ts';
import { type LabServer, startServer } from '../server.ts';
import { createWorkspace } from '../workspace.ts';
import { type ControlPlaneAccess, createAccess, type LabPart } from './access.ts';
import { type ApiAccess, callApi } from './api.ts';
import { auditPolicy } from './audit.ts';
import { kwokStages } from './stages.ts';

export interface ApiServer {
  readonly server: LabServer;
  readonly access: ControlPlaneAccess;
  readonly auditFile: string;
}

export async function startEtcd(): Promise<LabServer> {
  const workspace = createWorkspace('etcd');
  const [client = 0, peer = 0] = await freePorts(2);
  const endpoint = `http://127.0.0.1:${client}`;
  const peerUrl = `http://127.0.0.1:${peer}`;
  return startServer({
    name: 'etcd',
    endpoint,
    command: kubeBinary(),
    args: [
      'etcd',
      ...flags({
        'data-dir': workspace.dataFolder,
        'unsafe-no-fsync': 'true',
        'listen-client-urls': endpoint,
        'advertise-client-urls': endpoint,
        'listen-peer-urls': peerUrl,
        'initial-advertise-peer-urls': peerUrl,
        'initial-cluster': `default=${peerUrl}`,
      }),
    ],
    workspace,
    ready: async (signal) => assertOk((await fetch(`${endpoint}/health`, { signal })).status),
  });
}

export async function startApiServer(etcd: LabServer): Promise<ApiServer> {
  const workspace = createWorkspace('kube-apiserver');
  const port = await freePort();
  const endpoint = `https://127.0.0.1:${port}`;
  const access = createAccess(workspace.dataFolder, endpoint);
  const auditFile = join(workspace.dataFolder, 'audit.log');
  const policyFile = join(workspace.dataFolder, 'audit-policy.json');
  writeFileSync(policyFile, auditPolicy);
  const api: ApiAccess = { endpoint, caFile: access.caFile, token: access.setupToken };

  const server = await startServer({
    name: 'kube-apiserver',
    endpoint,
    command: kubeBinary(),
    args: [
      'apiserver',
      ...flags({
        'etcd-servers': etcd.endpoint,
        'endpoint-reconciler-type': 'none',
        'bind-address': '127.0.0.1',
        'advertise-address': '127.0.0.1',
        'secure-port': `${port}`,
        'cert-dir': access.certFolder,
        'service-cluster-ip-range': '10.0.0.0/24',
        'service-account-key-file': access.serviceAccountKeyFile,
        'service-account-signing-key-file': access.serviceAccountKeyFile,
        'service-account-issuer': 'https://kubernetes.default.svc',
        'token-auth-file': access.tokenFile,
        'authorization-mode': 'RBAC',
        // With TaintNodesByCondition new nodes keep a not-ready taint that nobody here takes off.
        'disable-admission-plugins': 'ServiceAccount,TaintNodesByCondition',
        'audit-policy-file': policyFile,
        'audit-log-path': auditFile,
        'audit-log-mode': 'blocking',
      }),
    ],
    workspace,
    ready: async (signal) => {
      assertOk((await callApi(api, { path: '/readyz', signal })).status);
      assertOk((await callApi(api, { path: '/api/v1/namespaces/default', signal })).status);
    },
  });
  return { server, access, auditFile };
}

export async function startControllers(access: ControlPlaneAccess): Promise<LabServer> {
  return startPart('controllers', access, {
    'service-account-private-key-file': access.serviceAccountKeyFile,
    'root-ca-file': access.caFile,
    controllers: controllers.join(','),
  });
}

export async function startScheduler(access: ControlPlaneAccess): Promise<LabServer> {
  return startPart('scheduler', access, {});
}

export async function startKwok(access: ControlPlaneAccess): Promise<LabServer> {
  const workspace = createWorkspace('kwok');
  const address = `127.0.0.1:${await freePort()}`;
  const stagesFile = join(workspace.dataFolder, 'stages.yaml');
  writeFileSync(stagesFile, kwokStages());
  return startServer({
    name: 'kwok',
    endpoint: `http://${address}`,
    command: join(requireInstalled('kwok'), 'kwok'),
    args: flags({
      kubeconfig: access.kubeconfigOf('kwok'),
      config: stagesFile,
      'manage-all-nodes': 'true',
      // Without leases: after a kill, the next kwok would have to wait for those of the one before.
      'node-lease-duration-seconds': '0',
      'server-address': address,
      cidr: '10.1.0.1/16',
      'node-ip': '10.2.0.1',
    }),
    env: { KWOK_WORKDIR: workspace.dataFolder },
    workspace,
    ready: async (signal) => assertOk((await fetch(`http://${address}/healthz`, { signal })).status),
  });
}

// What plays a part in the workloads that Belay acts on, and no cloud, node or storage controllers.
const controllers = [
  'deployment-controller',
  'replicaset-controller',
  'statefulset-controller',
  'daemonset-controller',
  'job-controller',
  'cronjob-controller',
  'disruption-controller',
  'serviceaccount-controller',
  'namespace-controller',
  'garbage-collector-controller',
  'horizontal-pod-autoscaler-controller',
  'resourcequota-controller',
  'root-ca-certificate-publisher-controller',
  'pod-garbage-collector-controller',
];

type Flags = Readonly<Record<string, string>>;

async function startPart(part: LabPart, access: ControlPlaneAccess, more: Flags): Promise<LabServer> {
  const workspace = createWorkspace(`kube-${part}`);
  const port = await freePort();
  const endpoint = `https://127.0.0.1:${port}`;
  return startServer({
    name: `kube-${part}`,
    endpoint,
    command: kubeBinary(),
    args: [
      part,
      ...flags({
        kubeconfig: access.kubeconfigOf(part),
        'leader-elect': 'false',
        'bind-address': '127.0.0.1',
        'secure-port': `${port}`,
        'cert-dir': workspace.dataFolder,
        ...more,
      }),
    ],
    workspace,
    ready: (signal) => healthz(endpoint, signal),
  });
}

function healthz(endpoint: string, signal: AbortSignal): Promise<void> {
  // Its certificate is its own and new.
  const insecure = { rejectUnauthorized: false, agent: false, signal };
  return new Promise((resolve, reject) => {
    request(`${endpoint}/healthz`, insecure, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`healthz: ${response.statusCode}`));
    })
      .on('error', reject)
      .end();
  });
}

function flags(values: Flags): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}

function assertOk(status: number): void {
  if (status !== 200) throw new Error(`answered ${status}`);
}

function kubeBinary(): string {
  return join(requireInstalled('kubernetes'), 'kube');
}
