import type { OrderIssued } from '#gen/belay/v1/decision.ts';
import { Order } from '#gen/belay/v1/order.ts';
import { ManualClock } from '#lib/clock.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import { fromValues, toValues } from '#lib/plan/values.ts';
import type { ConditionFacts } from '#lib/runbook/conditions/bind-facts.ts';
import { afterFactsOf } from '#lib/runbook/tests/live-facts.ts';
import type { Facts } from '../../services/executor/domain/observation.ts';
import type { Ledger, LedgerRow } from '../../services/executor/ports.ts';
import { begin } from '../../services/executor/workers/begin.ts';
import { readJob } from '../../services/executor/workers/job.ts';
import { sample } from '../../services/executor/workers/sample.ts';
import { controlsOf } from './decide-incident.ts';
import type { Scene } from './scene.ts';
import { type TestCluster, testCluster } from './test-cluster.ts';

export interface PlayedOrder {
  /** As the executor tells them. */
  readonly events: readonly OutgoingEvent[];
  readonly before: Facts;
}

export interface OrderScene {
  readonly scene: Scene;
  readonly order: Order;
  readonly issued: OrderIssued;
  readonly known: ConditionFacts;
  /** Actions on the same workload within the hour. */
  readonly recentActions: number;
  readonly replicas: number;
  readonly readyPeers: number;
}

/** The order through the executor's own worker, on the target that the test describes. */
export async function playOrder(options: OrderScene): Promise<PlayedOrder> {
  const { scene, order, issued, known } = options;
  const events: OutgoingEvent[] = [];
  const clock = new ManualClock(scene.now);
  const cluster = clusterOf(options);
  const { ledger, before } = memoryLedger(options.recentActions);
  const publish = async (told: readonly OutgoingEvent[]) => void events.push(...told);
  const driver = {
    target: order.target,
    cluster,
    ledger,
    publish,
    controls: () => controlsOf(scene),
    clock,
    requestLifetimeMs: 0,
  };
  const job = readJob(rowOf(order), { cluster, ledger, clock, known });
  await begin(job, driver, new AbortController().signal);
  const noted = before();
  if (noted === undefined || !events.some(({ type }) => type === 'ActionFinished'))
    return { events, before: {} };
  const isInTime = await letPass(scene, issued, cluster, clock);
  await sample({ ...job, before: noted }, driver);
  return { events: isInTime ? events.map((event) => withFactsAfter(event, scene)) : events, before: noted };
}

function clusterOf({ scene, order, replicas, readyPeers }: OrderScene): TestCluster {
  const { namespace = '', pod = '' } = fromValues(order.plan?.steps[0]?.arguments ?? {});
  return testCluster({
    namespace: String(namespace),
    pod: String(pod),
    service: scene.incident.service,
    live: scene.test.live ?? {},
    replicas,
    readyPeers,
  });
}

/** Until the facts of after show, or the verifier's time is up before they do. */
async function letPass(
  { test }: Scene,
  { plan }: OrderIssued,
  cluster: TestCluster,
  clock: ManualClock,
): Promise<boolean> {
  const { seconds, unreadable } = afterFactsOf(test.live);
  const timeoutSeconds = plan?.verification?.timeoutSeconds ?? 0;
  await clock.advance(Math.min(seconds, timeoutSeconds) * 1_000);
  if (seconds > timeoutSeconds) return false;
  cluster.settle();
  if (unreadable !== '') cluster.goAway(unreadable);
  return true;
}

/** What the test says of afterwards stands over what the target would show by itself. */
function withFactsAfter(event: OutgoingEvent, { test }: Scene): OutgoingEvent {
  if (event.type !== 'StateSampled' || event.data.error !== '') return event;
  const facts = { ...fromValues(event.data.facts), ...plainFacts(afterFactsOf(test.live).facts) };
  return { ...event, data: { ...event.data, facts: toValues(facts) } };
}

/** Samples carry single values. */
export function plainFacts(facts: Readonly<Record<string, unknown>>): Facts {
  const plain = Object.entries(facts).filter(([, value]) => typeof value !== 'object' && value !== undefined);
  return Object.fromEntries(plain) as Facts;
}

function rowOf(order: Order): LedgerRow {
  return {
    actionId: order.actionId,
    state: 'queued',
    epoch: 1,
    before: undefined,
    abortion: undefined,
    livePlan: undefined,
    actedAt: undefined,
    finishedAt: undefined,
    sequence: 0,
    orderBytes: Buffer.from(Order.encode(order).finish()),
    traceparent: '',
  };
}

/** Of one row, which nobody else claims. */
function memoryLedger(begun: number): { ledger: Ledger; before: () => Facts | undefined } {
  let before: Facts | undefined;
  const held = async () => 'ok' as const;
  const ledger: Ledger = {
    lookUp: async () => undefined,
    hold: async ({ actionId }) => actionId,
    holderOf: async () => undefined,
    cancel: async () => {},
    cancellationOf: async () => undefined,
    begunSince: async () => begun,
    acting: async (_row, _owner, noted) => {
      before = noted;
      return 'ok';
    },
    abort: held,
    planned: held,
    requeue: held,
    done: held,
    sampled: held,
    later: held,
    close: held,
  };
  return { ledger, before: () => before };
}
