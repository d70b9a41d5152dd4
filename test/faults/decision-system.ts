import { openKafkaBus } from '#lib/bus/kafka-bus.ts';
import type { Bus } from '#lib/bus/bus.ts';
import { systemClock } from '#lib/clock.ts';
import type { LabProxy } from '../lab/toxiproxy-client.ts';
import {
  type DecisionStack,
  type DecisionStackOptions,
  startDecisionStack,
} from '../support/decision-stack.ts';
import { type DecisionLog, followDecisions } from './decision-log.ts';
import type { Servers } from './decision-servers.ts';
import type { Fate } from './decision-settler.ts';
import { type ProxiedStore, startProxiedStore } from './decision-store-proxy.ts';
import { startTraffic, type Traffic } from './decision-traffic.ts';

/** Some instances of the decision service with a store of their own, and all that is around them. */
export interface System {
  readonly stack: DecisionStack;
  /** Past the proxy in front of it. */
  readonly databaseUrl: string;
  readonly databaseProxy: LabProxy;
  readonly store: ProxiedStore;
  readonly bus: Bus;
  readonly log: DecisionLog;
  readonly traffic: Traffic;
  readonly publishWithinMs: number;
  stop(): Promise<void>;
}

export interface SystemOptions extends Omit<DecisionStackOptions, 'databaseUrl' | 'redisUrls'> {
  readonly instances: number;
  readonly nextFate: () => Fate;
}

export async function openSystem(servers: Servers, options: SystemOptions): Promise<System> {
  const { name, targets, nextFate } = options;
  const { toxiproxy, postgres } = servers;
  const [store, databaseUrl, databaseProxy] = await Promise.all([
    startProxiedStore(toxiproxy, name, options.instances),
    postgres.createDatabase(name),
    toxiproxy.createProxy(`${name}-database`, `127.0.0.1:${postgres.port}`),
  ]);
  const redisUrls = store.proxies.map(({ listen }) => `redis://${listen}`);
  const proxied = new URL(databaseUrl);
  proxied.host = databaseProxy.listen;
  const stack = await startDecisionStack({ ...options, databaseUrl: proxied.href, redisUrls });
  const brokers = servers.kafka.directEndpoint.split(',');
  const { topicPrefix } = stack;
  const bus = await openKafkaBus({ brokers, clientId: 'campaign', topicPrefix, clock: systemClock });
  const log = await followDecisions(bus, targets);
  return {
    stack,
    databaseUrl,
    databaseProxy,
    store,
    bus,
    log,
    traffic: startTraffic({ bus, log, nextFate }),
    publishWithinMs: options.publishWithinMs,
    stop: async () => {
      await stack.stop();
      await bus.close();
      await store.stop();
    },
  };
}
