import { openKafkaBus } from '#lib/bus/kafka-bus.ts';
import type { Bus } from '#lib/bus/bus.ts';
import { systemClock } from '#lib/clock.ts';
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
  const [store, databaseUrl] = await Promise.all([
    startProxiedStore(servers.toxiproxy, name, options.instances),
    servers.postgres.createDatabase(name),
  ]);
  const redisUrls = store.proxies.map(({ listen }) => `redis://${listen}`);
  const stack = await startDecisionStack({ ...options, databaseUrl, redisUrls });
  const brokers = servers.kafka.directEndpoint.split(',');
  const { topicPrefix } = stack;
  const bus = await openKafkaBus({ brokers, clientId: 'campaign', topicPrefix, clock: systemClock });
  const log = await followDecisions(bus, targets);
  return {
    stack,
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
