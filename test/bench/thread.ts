import { openKafkaBus } from '#lib/bus/kafka-bus.ts';
import { systemClock } from '#lib/clock.ts';
import { followThread, type ThreadLog } from '../faults/thread-log.ts';
import type { CampaignOptions } from '../support/campaign.ts';
import { eventually } from '../support/eventually.ts';
import { type ProductionStack, startProductionStack } from '../support/production-stack.ts';
import { type Clients, clientsOf, crashLoop } from '../support/stack.ts';
import { type TestCluster, testCluster } from '../support/test-cluster.ts';
import { median, percentile, printFigure } from './figure.ts';
import { profileOf } from './thread-profile.ts';
import type { Sent } from './thread-sent.ts';
import { type NullRelay, startNullRelay } from './thread-relay.ts';
import { type SeenRequests, seenRequests } from './thread-seen.ts';

const WARM_UP = 5;
const AT_ONCE = 10;
const RELAY_APP = 'relay';
const RELAY_PODS = 5;

interface World {
  readonly stack: ProductionStack;
  readonly clients: Clients;
  readonly cluster: TestCluster;
  readonly log: ThreadLog;
  readonly relay: NullRelay;
}

/**
 * From the accepted incident to its deletion at the API server, against a relay that does nothing else on the
 * same servers, in turns. Times are the API server's own; both clocks are this machine's.
 */
export async function threadBench({ quick }: CampaignOptions): Promise<boolean> {
  const count = WARM_UP + (quick ? 15 : 300);
  const stack = await startProductionStack();
  const clients = clientsOf(stack);
  const bus = await openKafkaBus({
    brokers: stack.kafka.endpoint.split(','),
    clientId: 'bench',
    clock: systemClock,
  });
  const [log, relay] = await Promise.all([followThread(bus, stack.target), startNullRelay(stack)]);
  const cluster = testCluster(stack.kubeconfig);
  const world = { stack, clients, log, relay, cluster };
  try {
    const { incidents, relayed } = await measure(world, count);
    print(incidents, relayed, seenRequests(stack.kubernetes), log);
    return true;
  } finally {
    clients.close();
    await relay.close();
    await bus.close();
    await stack.stop();
  }
}

async function measure(world: World, count: number): Promise<{ incidents: Sent[]; relayed: Sent[] }> {
  await world.cluster.deploy(RELAY_APP, RELAY_PODS, { sick: false });
  const incidents: Sent[] = [];
  const relayed: Sent[] = [];
  let spare: string[] = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const apps = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => `bench-${from + i}`);
    const pods = await Promise.all(apps.map((app) => world.cluster.deploy(app, 3)));
    for (const [i, app] of apps.entries()) {
      incidents.push(await reportOne(world, app, pods[i] ?? ''));
      if (spare.length === 0) spare = await world.cluster.readyPods(RELAY_APP);
      relayed.push(await relayOne(world, spare.pop() ?? ''));
    }
    await Promise.all(apps.map((app) => world.cluster.remove(app)));
  }
  return { incidents: incidents.slice(WARM_UP), relayed: relayed.slice(WARM_UP) };
}

async function reportOne({ clients, stack, log }: World, app: string, pod: string): Promise<Sent> {
  const sentMs = Date.now();
  await clients.detector.reportIncident(crashLoop(stack, app, pod));
  const acceptedMs = Date.now();
  // Until it is verified and at rest: the cluster's work on the replacement is not to be measured with the next.
  await log.seen(app, 'DecisionClosed');
  if (log.all(app, 'ActionFinished').length === 0)
    throw new Error(`nothing was done: ${log.all(app, 'DecisionClosed')[0]?.data.reason}`);
  return { app, pod, sentMs, acceptedMs };
}

async function relayOne({ relay, cluster }: World, pod: string): Promise<Sent> {
  const sentMs = Date.now();
  await relay.send(pod);
  const acceptedMs = Date.now();
  await eventually(async () => {
    const ready = await cluster.readyPods(RELAY_APP);
    if (ready.length < RELAY_PODS || ready.includes(pod)) throw new Error(`${pod} is not replaced`);
  });
  return { app: RELAY_APP, pod, sentMs, acceptedMs };
}

function print(
  incidents: readonly Sent[],
  relayed: readonly Sent[],
  seen: ReadonlyMap<string, SeenRequests>,
  log: ThreadLog,
): void {
  const since = (sent: readonly Sent[], start: 'sentMs' | 'acceptedMs') =>
    sent.map((s) => (seen.get(s.pod)?.deleteMs ?? Number.NaN) - s[start]);
  const [thread, relay] = [since(incidents, 'acceptedMs'), since(relayed, 'acceptedMs')];
  const show = (values: readonly number[]) =>
    `p50 ${median(values).toFixed(1)} ms, p99 ${percentile(values, 99).toFixed(1)} ms`;
  console.log(`${incidents.length} incidents and as many relayed, in turns`);
  console.log(`  accepted to delete call: thread ${show(thread)}; null relay ${show(relay)}`);
  console.log(
    `  sent to delete call:     thread ${show(since(incidents, 'sentMs'))}; null relay ${show(since(relayed, 'sentMs'))}`,
  );
  const ratio = (p: number) => percentile(thread, p) / percentile(relay, p);
  printFigure({ name: 'thread p50 / null relay p50', value: ratio(50), goal: 1.3, atMost: true });
  printFigure({ name: 'thread p99 / null relay p99', value: ratio(99), goal: 2, atMost: true });
  for (const line of profileOf(incidents, seen, log)) console.log(line);
}
