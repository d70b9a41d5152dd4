import { describe, expect, it } from 'vitest';
import type { Cluster, PodState } from '../../../services/executor/ports.ts';
import { eventually } from '../../support/eventually.ts';
import type { ClusterSubject } from './cluster-subject.ts';

const timeoutMs = 500;
/** For the machine to be slow in. */
const slackMs = 1_000;

export function outagesContract(subject: () => ClusterSubject): void {
  describe('outages', () => {
    it('does not know what became of a deletion whose answer was lost, and it has happened', async () => {
      const { cluster, server, workshop } = subject();
      const namespace = await workshop.namespace();
      const { pods } = await workshop.running(cluster, namespace, 'web', { replicas: 1, graceSeconds: 0 });
      const pod = pods[0] as PodState;
      const lossy = await server.connectLossy();
      await expect(lossy.deletePod(pod)).rejects.toMatchObject({
        kind: 'unavailable',
        code: 'CLUSTER_UNAVAILABLE',
      });
      expect(await cluster.pod(namespace, pod.name)).toBeUndefined();
      // Asked once: a client that tries again by itself would delete what it does not know.
      expect(await server.podDeletions(namespace)).toEqual([{ name: pod.name, status: 200 }]);
    });

    it('gives up in time on a server that does not answer, and has it back when it does', async () => {
      const { server, workshop } = subject();
      const namespace = await workshop.namespace();
      const cluster = server.connect({ timeoutMs });
      const { workload, pods } = await workshop.running(server.connect(), namespace, 'web', { replicas: 1 });
      const pod = pods[0] as PodState;
      await cluster.pod(namespace, pod.name);
      server.pause();
      try {
        // A process that is told to stop may still say a word.
        await eventually(() =>
          expect(cluster.pod(namespace, pod.name)).rejects.toMatchObject({ kind: 'timeout' }),
        );
        await expectInTime('timeout', [
          () => cluster.pod(namespace, pod.name),
          () => cluster.workloadOf(pod),
          () => cluster.podsOf(workload),
          () => cluster.deletePod(pod),
          () => cluster.describe(),
        ]);
      } finally {
        server.resume();
      }
      await eventually(async () => expect(await cluster.describe()).toMatch(/^Kubernetes/));
    });

    it('says at once that a server is not there', async () => {
      const { server } = subject();
      const cluster: Cluster = server.connect({ timeoutMs });
      await cluster.describe();
      await server.kill();
      const pod = { namespace: 'default', name: 'web', uid: 'u' };
      await expectInTime('unavailable', [
        () => cluster.pod('default', 'web'),
        () => cluster.workload({ kind: 'Deployment', namespace: 'default', name: 'web' }),
        () => cluster.deletePod(pod),
        () => cluster.describe(),
      ]);
    });
  });
}

async function expectInTime(kind: string, calls: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const call of calls) {
    const start = performance.now();
    await expect(call()).rejects.toMatchObject({ kind });
    expect(performance.now() - start).toBeLessThan(timeoutMs + slackMs);
  }
}
