import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireInstalled } from './cache.ts';
import { freePort } from './free-port.ts';
import { type LabServer, startServer } from './server.ts';
import { callToxiproxy, type LabProxy, proxyHandle } from './toxiproxy-client.ts';
import { createWorkspace } from './workspace.ts';

export interface LabToxiproxy extends LabServer {
  /** A proxy in front of `upstream` ("host:port"). */
  createProxy(name: string, upstream: string): Promise<LabProxy>;
  /** All proxies on and without toxics. */
  reset(): Promise<void>;
}

/** Endpoint: the URL of its HTTP API. After a restart the proxies are there again, on and without toxics. */
export async function startToxiproxy(): Promise<LabToxiproxy> {
  const apiPort = await freePort();
  const endpoint = `http://127.0.0.1:${apiPort}`;
  const workspace = createWorkspace('toxiproxy');
  const proxies: { name: string; upstream: string; listen: string }[] = [];
  // Toxiproxy keeps nothing itself; it loads this file when it starts.
  const configFile = join(workspace.dataFolder, 'proxies.json');
  const saveProxies = () => writeFileSync(configFile, JSON.stringify(proxies));
  saveProxies();

  const server = await startServer({
    name: 'toxiproxy',
    endpoint,
    command: join(requireInstalled('toxiproxy'), 'server'),
    args: ['-host', '127.0.0.1', '-port', `${apiPort}`, '-config', configFile],
    workspace,
    ready: (signal) => callToxiproxy(endpoint, 'GET', '/version', undefined, signal),
    // It waits for idle HTTP connections; all it has to lose is in the file.
    stopTimeoutMs: 500,
  });
  return Object.assign(server, {
    async createProxy(name: string, upstream: string): Promise<LabProxy> {
      const port = await freePort();
      const proxy = { name, upstream, listen: `127.0.0.1:${port}` };
      await callToxiproxy(endpoint, 'POST', '/proxies', proxy);
      proxies.push(proxy);
      saveProxies();
      return proxyHandle(endpoint, { name, upstream, port });
    },
    reset: () => callToxiproxy(endpoint, 'POST', '/reset'),
  });
}
