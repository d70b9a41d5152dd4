import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import type { ClusterSubject } from './cluster-subject.ts';

export function readsContract(subject: () => ClusterSubject): void {
  describe('reads', () => {
    it('says what answers', async () => {
      expect(await subject().cluster.describe()).toMatch(
        /^Kubernetes v1\.\d+\.\d+\S* at https:\/\/127\.0\.0\.1:\d+$/,
      );
    });

    it('knows no pod and no workload where there is none', async () => {
      const { cluster, workshop } = subject();
      const namespace = await workshop.namespace();
      expect(await cluster.pod(namespace, 'none')).toBeUndefined();
      expect(await cluster.pod('no-such-namespace', 'none')).toBeUndefined();
      expect(await cluster.workload({ kind: 'Deployment', namespace, name: 'none' })).toBeUndefined();
      expect(await cluster.workload({ kind: 'Oven', namespace, name: 'none' })).toBeUndefined();
    });

    it('gives a pod with its labels, its readiness and its controller', async () => {
      const { cluster, workshop } = subject();
      const namespace = await workshop.namespace();
      const labels = { app: 'web', 'remediator.kubedojo.io/enabled': 'true' };
      const { pods } = await workshop.running(cluster, namespace, 'web', { replicas: 1, labels });
      const pod = await cluster.pod(namespace, pods[0]?.name ?? '');
      expect(pod).toEqual(pods[0]);
      expect(pod).toMatchObject({ namespace, labels, ready: true, terminating: false, restarts: 0 });
      expect(pod?.uid).toMatch(/^[0-9a-f-]{36}$/);
      expect(pod?.controller).toMatchObject({ kind: 'ReplicaSet' });
      expect(Math.abs(Date.now() - (pod?.createdAt.getTime() ?? 0))).toBeLessThan(60_000);
    });

    it('goes from a pod over its ReplicaSet to its Deployment', async () => {
      const { cluster, workshop } = subject();
      const namespace = await workshop.namespace();
      const { workload, pods } = await workshop.running(cluster, namespace, 'web', { replicas: 2 });
      const [pod] = pods;
      expect(pod && (await cluster.workloadOf(pod))).toEqual(workload);
      expect(workload).toEqual({
        kind: 'Deployment',
        namespace,
        name: 'web',
        uid: workload.uid,
        labels: { team: 'shop' },
        desired: 2,
        ready: 2,
        available: 2,
        rollingOut: false,
        selector: 'app=web',
      });
      expect(workload.uid).not.toBe(pod?.controller?.uid);
    });

    it('takes a ReplicaSet that no Deployment made for the workload itself', async () => {
      const { cluster, workshop } = subject();
      const namespace = await workshop.namespace();
      await workshop.bareReplicaSet(namespace, 'alone', 2);
      const ref = { kind: 'ReplicaSet', namespace, name: 'alone' };
      const workload = await eventually(async () => {
        const found = await cluster.workload(ref);
        expect(found).toMatchObject({ ...ref, desired: 2, ready: 2, available: 2, rollingOut: false });
        return found;
      });
      const pods = workload && (await cluster.podsOf(workload));
      expect(pods).toHaveLength(2);
      const [pod] = pods ?? [];
      expect(pod && (await cluster.workloadOf(pod))).toEqual(workload);
    });

    it('sees that nobody would replace a pod without a controller', async () => {
      const { cluster, workshop } = subject();
      const namespace = await workshop.namespace();
      await workshop.barePod(namespace, 'bare', { app: 'bare' });
      const pod = await cluster.pod(namespace, 'bare');
      expect(pod).toMatchObject({ name: 'bare', labels: { app: 'bare' } });
      expect(pod?.controller).toBeUndefined();
      expect(pod && (await cluster.workloadOf(pod))).toBeUndefined();
    });

    it('does not take another object for the owner because it has its name', async () => {
      const { cluster, workshop } = subject();
      const namespace = await workshop.namespace();
      const { workload, pods } = await workshop.running(cluster, namespace, 'web', { replicas: 1 });
      const [pod] = pods;
      if (!pod?.controller) throw new Error('no controller');
      const orphan = { ...pod, controller: { ...pod.controller, uid: 'of-one-before' } };
      expect(await cluster.workloadOf(orphan)).toBeUndefined();
      expect(await cluster.podsOf({ ...workload, uid: 'of-one-before' })).toEqual([]);
    });

    it('counts as pods of a workload those it owns, whatever labels others have', async () => {
      const { cluster, workshop } = subject();
      const namespace = await workshop.namespace();
      const wide = { matchExpressions: [{ key: 'app', operator: 'In', values: ['shop'] }] };
      const all = { labels: { app: 'shop', tier: 'a' }, selector: wide };
      const some = { labels: { app: 'shop', tier: 'b' } };
      const a = await workshop.running(cluster, namespace, 'a', { replicas: 2, ...all });
      const b = await workshop.running(cluster, namespace, 'b', { replicas: 1, ...some });
      await workshop.barePod(namespace, 'stray', { app: 'shop', tier: 'b' });
      const namesOf = async (workload: typeof a.workload) =>
        (await cluster.podsOf(workload)).map(({ name }) => name).sort();
      expect(await namesOf(a.workload)).toEqual(a.pods.map(({ name }) => name).sort());
      expect(await namesOf(b.workload)).toEqual(b.pods.map(({ name }) => name));
    });

    it('keeps namespaces apart', async () => {
      const { cluster, workshop } = subject();
      const [one, two] = [await workshop.namespace(), await workshop.namespace()];
      const first = await workshop.running(cluster, one, 'web', { replicas: 1 });
      const second = await workshop.running(cluster, two, 'web', { replicas: 1 });
      expect(first.workload.uid).not.toBe(second.workload.uid);
      expect((await cluster.podsOf(first.workload)).map(({ namespace }) => namespace)).toEqual([one]);
      expect(await cluster.pod(two, first.pods[0]?.name ?? '')).toBeUndefined();
    });
  });
}
