import type { TargetConfig } from '../config.ts';
import type { Cluster } from '../ports.ts';
import { kubernetesCluster } from './kubernetes-cluster.ts';

/** The one place where the credentials of the target are read. */
export function connectTarget({ kubernetes }: TargetConfig): Cluster {
  if ('inCluster' in kubernetes) return kubernetesCluster({ inCluster: true });
  if ('kubeconfig' in kubernetes) return kubernetesCluster({ kubeconfig: kubernetes.kubeconfig });
  const { server, token, caFile } = kubernetes;
  return kubernetesCluster({ server, token: token.reveal(), ...(caFile !== undefined && { caFile }) });
}
