import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import type { ClusterSubject } from './cluster-subject.ts';

export function rolloutsContract(subject: () => ClusterSubject): void {
  describe('rollouts', () => {
    it('does not take a crash loop for one', async () => {
      const { cluster, workshop } = subject();
      const namespace = await workshop.namespace();
      const { pods } = await workshop.running(cluster, namespace, 'web', { replicas: 3 });
      const [crashing] = pods;
      if (crashing) await workshop.playPod(crashing, 'crash-loop');
      await eventually(async () => {
        const workload = await workshop.deployment(cluster, namespace, 'web');
        expect(workload).toMatchObject({ desired: 3, ready: 2, available: 2, rollingOut: false });
      });
      const pod = await cluster.pod(namespace, crashing?.name ?? '');
      expect(pod).toMatchObject({ uid: crashing?.uid, ready: false, terminating: false });
      expect(pod?.restarts).toBeGreaterThan(0);
    });

    it('sees a new template until it is everywhere, and the pods of both', async () => {
      const { cluster, workshop } = subject();
      const namespace = await workshop.namespace();
      const { pods: before } = await workshop.running(cluster, namespace, 'web', { replicas: 3 });
      await workshop.rollOut(namespace, 'web', 'never-ready');
      await eventually(async () => {
        const workload = await workshop.deployment(cluster, namespace, 'web');
        expect(workload.rollingOut).toBe(true);
        const controllers = (await cluster.podsOf(workload)).map(({ controller }) => controller?.uid);
        expect(new Set(controllers).size).toBe(2);
        expect(controllers).toContain(before[0]?.controller?.uid);
      });
      expect(await workshop.deployment(cluster, namespace, 'web')).toMatchObject({
        desired: 3,
        rollingOut: true,
      });

      await workshop.rollOut(namespace, 'web', null);
      await eventually(async () => {
        const workload = await workshop.deployment(cluster, namespace, 'web');
        expect(workload).toMatchObject({ ready: 3, rollingOut: false });
      });
    });

    it('sees one that was never complete', async () => {
      const { cluster, workshop } = subject();
      const namespace = await workshop.namespace();
      await workshop.deploy(namespace, 'web', { replicas: 2, play: 'never-ready' });
      await eventually(async () => {
        const workload = await workshop.deployment(cluster, namespace, 'web');
        expect(await cluster.podsOf(workload)).toHaveLength(2);
        expect(workload).toMatchObject({ desired: 2, ready: 0, available: 0, rollingOut: true });
      });
    });
  });
}
