import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import type { ClusterSubject } from './cluster-subject.ts';

export function changesContract(subject: () => ClusterSubject): void {
  describe('what a change of a workload depends on', () => {
    /** A workload of this many Ready pods, and how to look at it. */
    const scene = async (replicas: number) => {
      const { cluster, workshop } = subject();
      const namespace = await workshop.namespace();
      const { workload } = await workshop.running(cluster, namespace, 'web', { replicas });
      const ref = { kind: 'Deployment', namespace, name: 'web' };
      const look = async () => {
        const found = await cluster.deployed(ref);
        if (!found) throw new Error('it is gone');
        return found;
      };
      return { cluster, workshop, namespace, workload, ref, look };
    };
    /** Once everybody has seen that it has this image. */
    const settled = ({ look }: Awaited<ReturnType<typeof scene>>, image: string) =>
      eventually(async () => {
        const found = await look();
        expect(found).toMatchObject({ rollingOut: false, template: { images: { main: image } } });
        return found;
      });

    it('gives a workload with its template and the rules of its rollouts', async () => {
      const { workload, look } = await scene(2);
      expect(await look()).toEqual({
        ...workload,
        template: {
          labels: { app: 'web' },
          hash: expect.stringMatching(/^[0-9a-f]{64}$/),
          images: { main: 'none' },
          demand: { pods: 1 },
        },
        rollout: { strategy: 'RollingUpdate', replacesAll: true, isPaused: false, maxUnavailable: 0 },
        revision: 1,
      });
    });

    it('knows only what people deploy', async () => {
      const { cluster, workload, namespace } = await scene(1);
      const [pod] = await cluster.podsOf(workload);
      const made = { kind: 'ReplicaSet', namespace, name: pod?.controller?.name ?? '' };
      expect(await cluster.workload(made)).toBeDefined();
      expect(await cluster.deployed(made)).toBeUndefined();
      expect(await cluster.deployed({ kind: 'Deployment', namespace, name: 'none' })).toBeUndefined();
      expect(await cluster.deployed({ kind: 'constructor', namespace, name: 'web' })).toBeUndefined();
    });

    it('tells templates apart, and not the number of pods', async () => {
      const web = await scene(1);
      const first = await web.look();
      await web.workshop.scale(web.namespace, 'web', 2);
      await eventually(async () => expect(await web.look()).toMatchObject({ ready: 2 }));
      expect((await web.look()).template.hash).toBe(first.template.hash);
      await web.workshop.setImage(web.namespace, 'web', 'two');
      expect((await settled(web, 'two')).template.hash).not.toBe(first.template.hash);
      await web.workshop.setImage(web.namespace, 'web', 'none');
      expect((await settled(web, 'none')).template.hash).toBe(first.template.hash);
    });

    it('gives the revisions, newest first, and the one that was gone back to under a new number', async () => {
      const web = await scene(1);
      await web.workshop.setImage(web.namespace, 'web', 'two');
      const second = await settled(web, 'two');
      const seen = async () => {
        const revisions = await web.cluster.revisionsOf(second);
        return revisions.map(({ number, images }) => [number, images['main']]);
      };
      await eventually(async () => expect(await web.look()).toMatchObject({ revision: 2 }));
      expect(await seen()).toEqual([
        [2, 'two'],
        [1, 'none'],
      ]);
      const templates = (await web.cluster.revisionsOf(second)).map(({ template }) => template);
      expect(new Set(templates).size).toBe(2);
      await web.workshop.setImage(web.namespace, 'web', 'none');
      await settled(web, 'none');
      await eventually(async () => expect(await web.look()).toMatchObject({ revision: 3 }));
      expect(await seen()).toEqual([
        [3, 'none'],
        [2, 'two'],
      ]);
      expect(await web.cluster.revisionsOf({ ...second, uid: 'of-one-before' })).toEqual([]);
    });

    it('gives the autoscalers of this workload alone', async () => {
      const { cluster, workshop, namespace, ref } = await scene(1);
      expect(await cluster.autoscalersOf(ref)).toEqual([]);
      await workshop.autoscale(namespace, 'web-scaler', 'web', { minReplicas: 1, maxReplicas: 7 });
      await workshop.autoscale(namespace, 'other-scaler', 'other', { minReplicas: 2, maxReplicas: 3 });
      expect(await cluster.autoscalersOf(ref)).toEqual([{ name: 'web-scaler', minimum: 1, maximum: 7 }]);
      expect(await cluster.autoscalersOf({ ...ref, kind: 'StatefulSet' })).toEqual([]);
    });

    it('gives the quotas of a namespace, and what is used of them', async () => {
      const { cluster, workshop, namespace } = await scene(2);
      expect(await cluster.quotasOf(namespace)).toEqual([]);
      await workshop.limit(namespace, 'cap', { pods: '5' });
      await eventually(async () =>
        expect(await cluster.quotasOf(namespace)).toEqual([
          { name: 'cap', isScoped: false, items: [{ resource: 'pods', hard: 5, used: 2 }] },
        ]),
      );
    });
  });
}
