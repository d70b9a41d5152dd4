import { resolve } from 'node:path';
import { isLoopback } from '#lib/identity/loopback.ts';
import { contextOf, readConfigFile } from './config-file.ts';
import type { Connection } from './connection.ts';
import { DEFAULT_DATA_DIR, type LocalContext, localConnection } from './local-connection.ts';

/** What one place, the flags or the environment, says about where to go. */
interface Choice {
  readonly context?: string | undefined;
  readonly endpoint?: string | undefined;
}

interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/** The Belay that is meant. Throws where that is a local one that does not run. */
export async function findConnection(flags: Choice, around: Surroundings): Promise<Connection> {
  const found = await findContext(flags, around);
  const connection = 'dataDir' in found ? localConnection(found) : found;
  const token = around.env['BELAY_TOKEN'];
  return token ? { ...connection, token: () => token } : connection;
}

/**
 * Flags over environment over config file over a running `belay up`. The first that names a context or an
 * endpoint decides alone, so that no token goes to an endpoint that it was not given for; BELAY_TOKEN alone
 * goes to whichever is meant.
 */
export async function findContext(flags: Choice, around: Surroundings): Promise<Connection | LocalContext> {
  const { BELAY_CONTEXT: context, BELAY_ENDPOINT: endpoint } = around.env;
  const fromEnv = { context: context || undefined, endpoint: endpoint || undefined };
  const choice = [flags, fromEnv].find((given) => given.context ?? given.endpoint) ?? {};
  if (choice.endpoint === undefined) return byName(choice.context, around);
  return atEndpoint(choice.endpoint, choice.context, around);
}

async function byName(
  name: string | undefined,
  { env, cwd }: Surroundings,
): Promise<Connection | LocalContext> {
  if (name !== undefined && isPath(name)) return { context: name, dataDir: resolve(cwd, name) };
  const file = name === 'local' ? undefined : await readConfigFile(env);
  const wanted = name ?? file?.currentContext ?? 'local';
  if (!file || wanted === 'local') return { context: 'local', dataDir: resolve(cwd, DEFAULT_DATA_DIR) };
  const { endpoint, ops, tls, token } = contextOf(file, wanted);
  return { context: wanted, endpoint, ops, ...tlsFor(endpoint, tls), token: () => token };
}

/** The endpoint, with the credentials of the context that was named beside it, if one was. */
async function atEndpoint(
  endpoint: string,
  name: string | undefined,
  around: Surroundings,
): Promise<Connection> {
  if (name === undefined) {
    return { context: endpoint, endpoint, ops: [], ...tlsFor(endpoint, undefined), token: () => undefined };
  }
  const found = await byName(name, around);
  const connection = 'dataDir' in found ? localConnection(found) : found;
  return { ...connection, endpoint, ...tlsFor(endpoint, connection.tls) };
}

const isPath = (name: string): boolean => /^\.|[/\\]/.test(name);

/** Without settings, everything that leaves this machine is encrypted. */
function tlsFor(endpoint: string, tls: Connection['tls']): Pick<Connection, 'tls'> {
  if (tls) return { tls };
  return isLoopback(endpoint.replace(/:\d+$/, '')) ? {} : { tls: {} };
}
