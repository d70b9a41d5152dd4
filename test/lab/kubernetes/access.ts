import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { labUserPrefix } from './audit.ts';

export interface ControlPlaneAccess {
  readonly certFolder: string;
  readonly caFile: string;
  /** Signs the tokens of service accounts. */
  readonly serviceAccountKeyFile: string;
  readonly tokenFile: string;
  readonly adminToken: string;
  /** For what the lab itself asks of the API server. */
  readonly setupToken: string;
  /** A kubeconfig file for a token; returns its path. */
  writeKubeconfig(name: string, token: string): string;
  /** For one of the lab's own servers, each of which is a user of its own in the audit log. */
  kubeconfigOf(part: LabPart): string;
}

export type LabPart = 'controllers' | 'scheduler' | 'kwok';

const parts: readonly LabPart[] = ['controllers', 'scheduler', 'kwok'];

/** The files by which the servers of one control plane, and the tests, know each other. */
export function createAccess(folder: string, endpoint: string): ControlPlaneAccess {
  const certFolder = join(folder, 'certs');
  mkdirSync(certFolder);
  const serviceAccountKeyFile = join(certFolder, 'service-accounts.key');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(serviceAccountKeyFile, privateKey.export({ type: 'pkcs1', format: 'pem' }));

  const tokens = new Map(['admin', 'setup', ...parts].map((name) => [name, randomUUID()]));
  const tokenOf = (name: string) => tokens.get(name) ?? '';
  const tokenFile = join(folder, 'tokens.csv');
  const userOf = (name: string) => (name === 'admin' ? name : `${labUserPrefix}${name}`);
  const line = ([name, token]: [string, string]) => `${token},${userOf(name)},${name},"system:masters"\n`;
  writeFileSync(tokenFile, [...tokens].map(line).join(''));

  // The API server writes its certificate there when it starts for the first time.
  const caFile = join(certFolder, 'apiserver.crt');
  const writeKubeconfig = (name: string, token: string) => {
    const file = join(folder, `${name}.kubeconfig`);
    writeFileSync(file, JSON.stringify(kubeconfig({ name, token, endpoint, caFile })));
    return file;
  };
  return {
    certFolder,
    caFile,
    serviceAccountKeyFile,
    tokenFile,
    adminToken: tokenOf('admin'),
    setupToken: tokenOf('setup'),
    writeKubeconfig,
    kubeconfigOf: (part) => writeKubeconfig(part, tokenOf(part)),
  };
}

interface KubeconfigValues {
  readonly name: string;
  readonly token: string;
  readonly endpoint: string;
  readonly caFile: string;
}

function kubeconfig({ name, token, endpoint, caFile }: KubeconfigValues): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'lab',
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: name } }],
    clusters: [{ name: 'lab', cluster: { server: endpoint, 'certificate-authority': caFile } }],
    users: [{ name, user: { token } }],
  };
}
