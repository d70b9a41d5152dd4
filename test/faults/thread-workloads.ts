import { AppsV1Api, KubeConfig } from '@kubernetes/client-node';
import { eventually } from '../support/eventually.ts';
import type { TestCluster } from '../support/test-cluster.ts';

const NAMESPACE = 'production';

/** Deployments of three whose rollout was over before a pod fell sick: otherwise it looks like somebody at work. */
export function workloads(kubeconfig: string, cluster: TestCluster) {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const apps = config.makeApiClient(AppsV1Api);
  return {
    /** Returns the name of the sick pod. */
    async deploy(name: string): Promise<string> {
      const pod = await cluster.deploy(name, 3, { sick: false });
      await eventually(async () => {
        const { status } = await apps.readNamespacedDeployment({ namespace: NAMESPACE, name });
        const progress = status?.conditions?.find(({ type }) => type === 'Progressing')?.reason;
        if (progress !== 'NewReplicaSetAvailable')
          throw new Error(`the rollout of ${name} is at ${progress}`);
      }, 30_000);
      await cluster.makeSick(pod);
      return pod;
    },
    remove: (name: string) => apps.deleteNamespacedDeployment({ namespace: NAMESPACE, name }),
  };
}

export type Workloads = ReturnType<typeof workloads>;
