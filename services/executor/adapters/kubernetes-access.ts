import { readFileSync } from 'node:fs';
import { isLoopback } from '#lib/identity/loopback.ts';
import { BelayError } from '#lib/errors.ts';

export interface Credentials {
  readonly token?: string;
  /** PEM. Without it the system's authorities count. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name in the server's certificate, where it is not the one we connect to. */
  readonly servername?: string;
}

/** Where a cluster is, and by what it knows us. */
export interface KubernetesAccess {
  readonly server: URL;
  /** Read anew for each request: mounted tokens and authorities are rotated under a running process. */
  readonly credentials: () => Credentials;
}

export interface KubernetesAddress {
  readonly server: string;
  readonly token: string;
  /** PEM, or the path of a file with it. */
  readonly ca?: string;
  readonly caFile?: string;
}

export function accessByAddress({ server, token, ca, caFile }: KubernetesAddress): KubernetesAccess {
  const authority = () => (caFile === undefined ? ca : readText(caFile));
  const credentials = (): Credentials => {
    const pem = authority();
    return { token, ...(pem !== undefined && { ca: pem }) };
  };
  credentials();
  return { server: serverUrl(server), credentials };
}

const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** As every pod finds it that has a service account. */
export function accessInCluster(
  env: NodeJS.ProcessEnv = process.env,
  folder = SERVICE_ACCOUNT_FOLDER,
): KubernetesAccess {
  const host = env['KUBERNETES_SERVICE_HOST'];
  if (host === undefined || host === '') {
    throw new BelayError('invalid', 'inCluster is set, and this is not a pod of a cluster', {
      code: 'NOT_IN_CLUSTER',
      field: 'inCluster',
      why: 'KUBERNETES_SERVICE_HOST is not set',
      next: 'set kubeconfig to the path of a file instead',
    });
  }
  const bracketed = host.includes(':') ? `[${host}]` : host;
  const access = {
    server: serverUrl(`https://${bracketed}:${env['KUBERNETES_SERVICE_PORT'] ?? '443'}`),
    credentials: () => ({ token: readText(`${folder}/token`), ca: readText(`${folder}/ca.crt`) }),
  };
  access.credentials();
  return access;
}

/** A token that travels in the open is everybody's, so plain http stays on this machine. */
export function serverUrl(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) return url;
  throw new BelayError('invalid', `${text} is no address of a cluster`, {
    code: 'CLUSTER_ADDRESS_INVALID',
    field: 'server',
    why: 'expected an https:// URL; http:// is for addresses of this machine',
  });
}

export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new BelayError('invalid', `${file} cannot be read (${code ?? 'unknown reason'})`, {
      code: 'CREDENTIALS_UNREADABLE',
      next: 'check the path and its permissions',
    });
  }
}
