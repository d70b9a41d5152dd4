import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { BelayError } from '#lib/errors.ts';
import { type Credentials, type KubernetesAccess, readText, serverUrl } from './kubernetes-access.ts';

/** The current context of a kubeconfig file. Whatever it asks for and is not kept here is refused, not skipped. */
export function accessByKubeconfig(file: string): KubernetesAccess {
  const config = parseKubeconfig(file);
  const { context } = named(file, 'context', config.contexts, config['current-context']);
  const { cluster } = named(file, 'cluster', config.clusters, context.cluster);
  const { user } = named(file, 'user', config.users, context.user);
  for (const [holder, refused] of [
    [cluster, REFUSED_OF_CLUSTER],
    [user, REFUSED_OF_USER],
  ] as const) {
    for (const [key, next] of Object.entries(refused)) {
      // `false` and "" are how tools write that they do not want it.
      if (holder[key]) throw refusal(file, `${key} is not supported`, next);
    }
  }
  const pem = (path?: string, data?: string): string | undefined =>
    data === undefined
      ? path && readText(resolve(dirname(file), path))
      : Buffer.from(data, 'base64').toString();
  const credentials = (): Credentials => ({
    ...optional('token', user.tokenFile ? readText(resolve(dirname(file), user.tokenFile)) : user.token),
    ...optional('ca', pem(cluster['certificate-authority'], cluster['certificate-authority-data'])),
    ...optional('cert', pem(user['client-certificate'], user['client-certificate-data'])),
    ...optional('key', pem(user['client-key'], user['client-key-data'])),
    ...optional('servername', cluster['tls-server-name']),
  });
  credentials();
  return { server: serverUrl(cluster.server), credentials };
}

const text = z.string().optional();
const kubeconfigSchema = z.object({
  'current-context': z.string(),
  contexts: z.array(
    z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) }),
  ),
  clusters: z.array(
    z.object({
      name: z.string(),
      cluster: z.looseObject({
        server: z.string(),
        'certificate-authority': text,
        'certificate-authority-data': text,
        'tls-server-name': text,
      }),
    }),
  ),
  users: z.array(
    z.object({
      name: z.string(),
      user: z.looseObject({
        token: text,
        tokenFile: text,
        'client-certificate': text,
        'client-certificate-data': text,
        'client-key': text,
        'client-key-data': text,
      }),
    }),
  ),
});

const SERVICE_ACCOUNT = 'give the executor a service account of its own and put its token into the file';
const REFUSED_OF_CLUSTER: Readonly<Record<string, string>> = {
  'insecure-skip-tls-verify': 'set certificate-authority: whoever answers would get the token',
  'proxy-url': 'run the executor where it reaches the cluster directly',
};
const REFUSED_OF_USER: Readonly<Record<string, string>> = {
  exec: SERVICE_ACCOUNT,
  'auth-provider': SERVICE_ACCOUNT,
  username: SERVICE_ACCOUNT,
  as: SERVICE_ACCOUNT,
};

function parseKubeconfig(file: string): z.infer<typeof kubeconfigSchema> {
  const content = readText(file);
  try {
    return kubeconfigSchema.parse(parse(content));
  } catch (error) {
    // The texts of the parsers may quote the file, and so its secrets.
    const place = error instanceof z.ZodError ? error.issues[0]?.path.join('.') : undefined;
    throw refusal(file, `it is no kubeconfig${place ? `, look at ${place}` : ''}`);
  }
}

function named<T extends { readonly name: string }>(
  file: string,
  kind: string,
  entries: readonly T[],
  name: string,
): T {
  const found = entries.find((entry) => entry.name === name);
  if (found) return found;
  throw refusal(file, `it has no ${kind} named "${name}"`);
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value ? ({ [key]: value } as { [P in K]: string }) : {};
}

function refusal(file: string, why: string, next?: string): BelayError {
  return new BelayError('invalid', `${file} cannot be used`, {
    code: 'KUBECONFIG_INVALID',
    field: 'kubeconfig',
    why,
    ...(next !== undefined && { next }),
  });
}
