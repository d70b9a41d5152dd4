import { describe, expect, it } from 'vitest';
import type { PodState } from '../../../services/executor/ports.ts';
import { eventually } from '../../support/eventually.ts';
import type { ClusterSubject } from './cluster-subject.ts';

export function deletionsContract(subject: () => ClusterSubject): void {
  describe('deletions', () => {
    /** A workload of this many Ready pods, and the first of them. */
    const scene = async (replicas: number, options: { graceSeconds?: number; deleteAfter?: string } = {}) => {
      const { cluster, workshop } = subject();
      const namespace = await workshop.namespace();
      const { workload, pods } = await workshop.running(cluster, namespace, 'web', { replicas, ...options });
      return { ...subject(), namespace, workload, pods, pod: pods[0] as PodState };
    };

    it('deletes the pod with this uid, and another takes its place', async () => {
      const { cluster, server, namespace, workload, pods, pod } = await scene(2);
      expect(await cluster.deletePod(pod)).toBe('deleted');
      const known = new Set(pods.map(({ uid }) => uid));
      await eventually(async () => {
        const now = await cluster.podsOf(workload);
        expect(now.map(({ uid }) => uid)).not.toContain(pod.uid);
        expect(now.filter(({ uid, ready }) => ready && !known.has(uid))).toHaveLength(1);
        expect(now).toHaveLength(2);
      });
      expect(await server.podDeletions(namespace)).toEqual([{ name: pod.name, status: 200 }]);
    });

    it('leaves a pod alone that has the name and another uid', async () => {
      const { cluster, namespace, pod } = await scene(1);
      expect(await cluster.deletePod({ ...pod, uid: '00000000-0000-0000-0000-000000000000' })).toBe('other');
      expect(await cluster.pod(namespace, pod.name)).toEqual(pod);
    });

    it('says of a pod that is not there that it is gone', async () => {
      const { cluster, workshop } = subject();
      const namespace = await workshop.namespace();
      const pod = { namespace, name: 'none', uid: '00000000-0000-0000-0000-000000000000' };
      expect(await cluster.deletePod(pod)).toBe('gone');
    });

    it('deletes once when it is asked twice', async () => {
      const { cluster, server, namespace, pod } = await scene(1, { graceSeconds: 0 });
      expect(await cluster.deletePod(pod)).toBe('deleted');
      expect(await cluster.deletePod(pod)).toBe('gone');
      expect((await server.podDeletions(namespace)).map(({ status }) => status)).toEqual([200, 404]);
    });

    it('deletes once when many ask at the same time', async () => {
      const { server, namespace, workload, pods, pod } = await scene(3, { graceSeconds: 0 });
      const connections = Array.from({ length: 8 }, () => server.connect());
      const outcomes = await Promise.all(connections.map((cluster) => cluster.deletePod(pod)));
      // An API server may say yes to more than one of those that ask while it deletes.
      const told = outcomes.filter((outcome) => outcome === 'deleted').length;
      expect(told).toBeGreaterThan(0);
      expect(outcomes.filter((outcome) => outcome === 'gone')).toHaveLength(8 - told);
      const seen = await server.podDeletions(namespace);
      expect(seen).toHaveLength(8);
      expect(seen.filter(({ status }) => status === 200)).toHaveLength(told);
      const [cluster] = connections;
      await eventually(async () => {
        const now = (await cluster?.podsOf(workload)) ?? [];
        const survivors = now.filter(({ uid }) => pods.some((before) => before.uid === uid));
        expect([now.length, survivors.length]).toEqual([3, 2]);
      });
    });

    it('shows a pod that is on its way out, which may be deleted again', async () => {
      const { cluster, namespace, workload, pod } = await scene(1, { deleteAfter: '2s' });
      expect(await cluster.deletePod(pod)).toBe('deleted');
      expect(await cluster.pod(namespace, pod.name)).toMatchObject({ uid: pod.uid, terminating: true });
      expect(await cluster.deletePod(pod)).toBe('deleted');
      await eventually(async () => {
        const now = await cluster.podsOf(workload);
        expect(now.filter(({ terminating }) => !terminating)).toHaveLength(1);
      });
      await eventually(async () => expect(await cluster.pod(namespace, pod.name)).toBeUndefined());
      expect(await cluster.podsOf(workload)).toHaveLength(1);
    });

    it.each(['', '.', '..', '../other', 'a/b', 'a%2fb', 'UPPER', 'a b', '?x'])(
      'asks nothing of the cluster for the name "%s"',
      async (name) => {
        const { cluster, server, namespace, pod } = await scene(1);
        const invalid = { kind: 'invalid', code: 'KUBERNETES_NAME_INVALID', field: 'name' };
        await expect(cluster.deletePod({ ...pod, name })).rejects.toMatchObject(invalid);
        await expect(cluster.pod(namespace, name)).rejects.toMatchObject(invalid);
        await expect(cluster.deletePod({ ...pod, namespace: name })).rejects.toMatchObject({
          ...invalid,
          field: 'namespace',
        });
        await expect(cluster.deletePod({ ...pod, uid: '' })).rejects.toMatchObject({
          ...invalid,
          field: 'uid',
        });
        expect(await server.podDeletions(namespace)).toEqual([]);
        expect(await cluster.pod(namespace, pod.name)).toEqual(pod);
      },
    );
  });
}
