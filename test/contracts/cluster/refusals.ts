import { describe, expect, it } from 'vitest';
import type { PodState } from '../../../services/executor/ports.ts';
import type { ClusterSubject } from './cluster-subject.ts';

export function refusalsContract(subject: () => ClusterSubject): void {
  describe('refusals', () => {
    it('says what is not allowed, and which rule would allow it', async () => {
      const { cluster, server, workshop } = subject();
      const namespace = await workshop.namespace();
      const { workload, pods } = await workshop.running(cluster, namespace, 'web', { replicas: 1 });
      const pod = pods[0] as PodState;
      const reader = server.connect({ as: 'reader' });
      expect(await reader.workloadOf(pod)).toEqual(workload);
      expect(await reader.podsOf(workload)).toEqual(pods);
      await expect(reader.deletePod(pod)).rejects.toMatchObject({
        kind: 'forbidden',
        code: 'CLUSTER_FORBIDDEN',
        message: `not allowed: delete pods "${pod.name}" in namespace ${namespace}`,
        why: expect.stringContaining('cannot delete resource "pods"'),
        next: `add {apiGroups: [""], resources: [pods], verbs: [delete]} to the executor's Role in ${namespace}`,
      });
      expect(await cluster.pod(namespace, pod.name)).toEqual(pod);
    });

    it('says that the cluster does not know the token, and does not repeat it', async () => {
      const { server } = subject();
      const stranger = server.connect({ as: 'stranger' });
      const error: unknown = await stranger.pod('default', 'web').catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ kind: 'forbidden', code: 'CLUSTER_CREDENTIALS_REFUSED' });
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('stranger');
      await expect(stranger.describe()).rejects.toMatchObject({ kind: 'forbidden' });
    });
  });
}
