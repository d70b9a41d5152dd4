import type { ClusterServer } from '../../../test/contracts/cluster/cluster-server.ts';
import { clusterContract } from '../../../test/contracts/cluster.ts';
import { DELETE_AFTER_ANNOTATION, PLAY_ANNOTATION } from '../sandbox/kubelet/play.ts';
import { startSandboxCluster } from '../sandbox/start-sandbox-cluster.ts';
import { kubernetesCluster } from './kubernetes-cluster.ts';

clusterContract('sandbox', async (): Promise<ClusterServer> => {
  const sandbox = await startSandboxCluster({ readyAfterMs: 50, seedWorkloads: [] });
  const { server, ca } = sandbox;
  const tokens = { executor: sandbox.token, reader: sandbox.readOnlyToken, stranger: 'stranger-token' };
  let resume = () => {};
  return {
    address: sandbox,
    annotations: { play: PLAY_ANNOTATION, deleteAfter: DELETE_AFTER_ANNOTATION },
    connect: ({ as = 'executor', ...options } = {}) =>
      kubernetesCluster({ server, ca, token: tokens[as], ...options }),
    connectLossy: async () => {
      sandbox.fault({ effect: 'answer-lost', verb: 'delete', times: 1 });
      return kubernetesCluster(sandbox);
    },
    podDeletions: async (namespace) =>
      sandbox
        .requests({ verb: 'delete', resource: 'pods', namespace })
        .map(({ name = '', status = 0 }) => ({ name, status })),
    pause: () => {
      resume = sandbox.fault({ effect: 'answer-delayed', delayMs: 60_000 });
    },
    resume: () => resume(),
    kill: () => sandbox.stop(),
    stop: () => sandbox.stop(),
  };
});
