import { BelayError } from '#lib/errors.ts';
import { conditionFactsOf } from '#lib/runbook/tests/live-facts.ts';
import type { RunbookTest } from '#lib/runbook/tests/test-file.ts';
import { describedSurroundings } from './described-surroundings.ts';
import type { Cluster, PodState, WorkloadState } from '../../services/executor/ports.ts';

export interface ClusterScene {
  readonly namespace: string;
  /** Of the reported pod. */
  readonly pod: string;
  readonly service: string;
  readonly live: NonNullable<RunbookTest['live']>;
  readonly replicas: number;
  readonly readyPeers: number;
}

export interface TestCluster extends Cluster {
  /** The controller has done what it does: the replacement is Ready. */
  settle(): void;
  /** From now on nobody can read it. */
  goAway(reason: string): void;
}

/** One workload and its pods as a test describes them, read and changed like any other target. */
export function testCluster(scene: ClusterScene): TestCluster {
  let pods: readonly PodState[] = podsOf(scene);
  let away: string | undefined;
  const read = <T>(value: T): T => {
    if (away === undefined) return value;
    throw new BelayError('unavailable', away, { code: 'TARGET_UNAVAILABLE' });
  };
  const workload = (): WorkloadState | undefined => read(workloadOf(scene, pods));
  const find = (name: string) => pods.find((pod) => pod.namespace === scene.namespace && pod.name === name);
  return {
    ...describedSurroundings(scene.live, workload),
    pod: async (namespace, name) => read(namespace === scene.namespace ? find(name) : undefined),
    workloadOf: async () => workload(),
    workload: async () => workload(),
    podsOf: async () => read(pods),
    deletePod: async ({ uid }) => {
      pods = [...pods.filter((pod) => pod.uid !== uid), podOf(scene, 'replacement', { ready: false })];
      return 'deleted';
    },
    describe: async () => 'a cluster that a test describes',
    settle: () => {
      pods = pods.map((pod) => (pod.uid === 'replacement' ? { ...pod, ready: true } : pod));
    },
    goAway: (reason) => {
      away = reason;
    },
  };
}

function podsOf(scene: ClusterScene): readonly PodState[] {
  const { live, replicas, readyPeers } = scene;
  const { exists = true, ready = false, terminating = false, restarts = 0 } = live;
  const { labels = {} } = conditionFactsOf(live);
  const own = podOf(scene, 'reported', {
    name: scene.pod,
    ready,
    terminating,
    restarts,
    labels: labels as PodState['labels'],
  });
  const others = Math.max(readyPeers, replicas - 1);
  const peers = Array.from({ length: others }, (_, index) =>
    podOf(scene, `peer-${index + 1}`, { ready: index < readyPeers }),
  );
  return exists ? [own, ...peers] : peers;
}

function podOf({ service, namespace, live }: ClusterScene, uid: string, change: Partial<PodState>): PodState {
  return {
    namespace,
    name: `${service}-${uid}`,
    uid,
    labels: {},
    ready: true,
    terminating: false,
    restarts: 0,
    createdAt: new Date(0),
    controller: live.controller === 'none' ? undefined : { kind: 'replicaset', name: service, uid: 'owner' },
    ...change,
  };
}

/** What the test says of the workload's counts holds until something is done to it. */
function workloadOf(scene: ClusterScene, pods: readonly PodState[]): WorkloadState | undefined {
  const { live, service, namespace, replicas } = scene;
  const { controller = 'deployment' } = live;
  const { workloadGone, rollingOut } = conditionFactsOf(live);
  if (controller === 'none' || workloadGone === true) return undefined;
  const ready = pods.filter((pod) => pod.ready && !pod.terminating).length;
  return {
    kind: controller,
    name: service,
    uid: 'workload',
    namespace,
    labels: {},
    desired: replicas,
    ready,
    available: ready,
    rollingOut: rollingOut === true,
    selector: `app=${service}`,
  };
}
