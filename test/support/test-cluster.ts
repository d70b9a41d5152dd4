import { AppsV1Api, CoreV1Api, KubeConfig, type V1Pod } from '@kubernetes/client-node';
import { OUTAGE_ANNOTATION, PLAY_ANNOTATION } from '../../services/executor/sandbox/kubelet/play.ts';
import { playAnnotation } from '../lab/kubernetes.ts';
import { eventually } from './eventually.ts';

const NAMESPACE = 'production';
const OPT_IN = { 'remediator.kubedojo.io/enabled': 'true' };

/** One for each kind of cluster: the lab's kubelets and the sandbox's. */
const CRASH_LOOP = { [playAnnotation]: 'crash-loop', [PLAY_ANNOTATION]: 'crash-loop' };

/** What a test does to the cluster and sees of it, by its API and beside Belay. */
export function testCluster(kubeconfig: string) {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const [core, apps] = [config.makeApiClient(CoreV1Api), config.makeApiClient(AppsV1Api)];
  const pods = async (app: string): Promise<V1Pod[]> =>
    (await core.listNamespacedPod({ namespace: NAMESPACE, labelSelector: `app=${app}` })).items;

  return {
    pods,
    /** A Deployment whose pods are all Ready, and then one of them sick, unless it is not to have one. */
    async deploy(app: string, replicas: number, { optedIn = true, sick = true } = {}): Promise<string> {
      await core.createNamespace({ body: { metadata: { name: NAMESPACE } } }).catch(() => {});
      const labels = { app, ...(optedIn && OPT_IN) };
      await apps.createNamespacedDeployment({
        namespace: NAMESPACE,
        body: {
          metadata: { name: app, labels },
          spec: {
            replicas,
            selector: { matchLabels: { app } },
            template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'none' }] } },
          },
        },
      });
      // A rollout that is not over looks like somebody at work.
      await eventually(async () => {
        const { status } = await apps.readNamespacedDeployment({ namespace: NAMESPACE, name: app });
        const progress = status?.conditions?.find(({ type }) => type === 'Progressing')?.reason;
        if (progress !== 'NewReplicaSetAvailable') throw new Error(`the rollout of ${app} is at ${progress}`);
      }, 30_000);
      const name = (await pods(app))[0]?.metadata?.name ?? '';
      if (sick) await makeSick(name);
      return name;
    },
    /** Of the sandbox alone: whoever deletes the pod gets no answer, and nobody does for a while. */
    goAwayWith: (name: string, duration: string) => annotate(name, { [OUTAGE_ANNOTATION]: duration }),
    removePod: (name: string) => core.deleteNamespacedPod({ namespace: NAMESPACE, name }),
    remove: (app: string) => apps.deleteNamespacedDeployment({ namespace: NAMESPACE, name: app }),
    readyPods: async (app: string) =>
      (await pods(app)).filter(isReady).map((pod) => pod.metadata?.name ?? ''),
  };

  async function annotate(name: string, value: Readonly<Record<string, string>>): Promise<void> {
    const body = [{ op: 'add', path: '/metadata/annotations', value }];
    await core.patchNamespacedPod({ namespace: NAMESPACE, name, body });
  }

  async function makeSick(name: string): Promise<void> {
    await annotate(name, CRASH_LOOP);
    await eventually(async () => {
      if (isReady(await core.readNamespacedPod({ namespace: NAMESPACE, name })))
        throw new Error(`${name} is still Ready`);
    }, 30_000);
  }
}

export type TestCluster = ReturnType<typeof testCluster>;

const isReady = (pod: V1Pod): boolean =>
  pod.metadata?.deletionTimestamp === undefined &&
  (pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false);
