import { Redis } from 'ioredis';
import type { LabProxy } from '../lab/toxiproxy-client.ts';
import type { LabToxiproxy } from '../lab/toxiproxy.ts';
import { type LabRedis, startRedis } from '../lab/redis.ts';

/** A Redis that is reached through a proxy for each instance, and can be another one from one moment to the next. */
export interface ProxiedStore {
  readonly proxies: readonly LabProxy[];
  readonly server: () => LabRedis;
  /** Past the proxies: for what the campaign itself has to know. */
  readonly redis: () => Redis;
  switchTo(server: LabRedis): Promise<void>;
  stop(): Promise<void>;
}

export async function startProxiedStore(
  toxiproxy: LabToxiproxy,
  name: string,
  proxyCount: number,
): Promise<ProxiedStore> {
  const servers = [await startRedis()];
  let active = servers[0] as LabRedis;
  let redis = clientOf(active);
  const proxies: LabProxy[] = [];
  for (let i = 0; i < proxyCount; i += 1) {
    proxies.push(await toxiproxy.createProxy(`${name}-redis-${i}`, `127.0.0.1:${active.port}`));
  }
  return {
    proxies,
    server: () => active,
    redis: () => redis,
    switchTo: async (server) => {
      if (!servers.includes(server)) servers.push(server);
      active = server;
      redis.disconnect();
      redis = clientOf(server);
      await Promise.all(proxies.map((proxy) => proxy.redirect(`127.0.0.1:${server.port}`)));
    },
    stop: async () => {
      redis.disconnect();
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

function clientOf(server: LabRedis): Redis {
  const redis = new Redis(server.endpoint, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  // It is killed now and then; what is asked meanwhile is answered afterwards.
  redis.on('error', () => {});
  return redis;
}
