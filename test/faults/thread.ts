import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import { openKafkaBus } from '#lib/bus/kafka-bus.ts';
import { systemClock } from '#lib/clock.ts';
import { type CampaignOptions, seeded } from '../support/campaign.ts';
import { startProductionStack } from '../support/production-stack.ts';
import { clientsOf } from '../support/stack.ts';
import { testCluster } from '../support/test-cluster.ts';
import { judgeAll, judgeNow, reportOf } from './thread-judge.ts';
import { type FaultKind, FULL_ROUNDS, QUICK_ROUNDS } from './thread-kinds.ts';
import { followThread } from './thread-log.ts';
import { playRound, type Trial, type World } from './thread-round.ts';

/**
 * One fix after the other goes the whole way while services are killed, paused and told everything twice.
 * Then: each pod was deleted exactly once, each action settled exactly once, each timeline is complete, each
 * workload is whole and unlocked.
 */
export async function threadFaults({ quick, seed }: CampaignOptions): Promise<boolean> {
  return playAll(quick ? QUICK_ROUNDS : FULL_ROUNDS, seed);
}

async function playAll(rounds: readonly (readonly FaultKind[])[], seed: number): Promise<boolean> {
  // One listener for each process that was ever started.
  process.setMaxListeners(0);
  const startedMs = performance.now();
  const world = await openWorld(seed);
  console.log(`seed ${seed}; the stack is up after ${Math.round((performance.now() - startedMs) / 1_000)} s`);
  try {
    const trials: Trial[] = [];
    for (const round of rounds) {
      const played = await playRound(world, round);
      for (const trial of played) await judgeNow(world, trial);
      await Promise.all(played.map(({ app }) => world.cluster.remove(app)));
      trials.push(...played);
      if (rounds.length > 1) console.log(`  ${trials.length} trials, ${new Date().toISOString()}`);
    }
    const violations = await judgeAll(world, trials);
    for (const line of reportOf(trials)) console.log(line);
    for (const violation of violations.slice(0, 30)) console.log(`  violation: ${violation}`);
    console.log(`FAULTS thread trials=${trials.length} violations=${violations.length}`);
    return violations.length === 0;
  } finally {
    await world.close();
  }
}

async function openWorld(seed: number): Promise<World & { close(): Promise<void> }> {
  const stack = await startProductionStack();
  const brokers = stack.kafka.endpoint.split(',');
  const bus = await openKafkaBus({ brokers, clientId: 'campaign', clock: systemClock });
  const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer({
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  const redis = new Redis(stack.redis.endpoint);
  const clients = clientsOf(stack);
  return {
    stack,
    bus,
    clients,
    redis,
    producer,
    log: await followThread(bus, stack.target),
    cluster: testCluster(stack.kubeconfig),
    random: seeded(seed),
    close: async () => {
      clients.close();
      redis.disconnect();
      await producer.disconnect();
      await bus.close();
      await stack.stop();
    },
  };
}
