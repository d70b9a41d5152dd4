import { KubeConfig, type V1Deployment, type V1PodSpec } from '@kubernetes/client-node';

export function kubeConfig(file: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(file);
  return config;
}

export const podSpec = { containers: [{ name: 'main', image: 'none' }] } satisfies V1PodSpec;

export function deployment(
  name: string,
  replicas: number,
  annotations: Record<string, string> = {},
): V1Deployment {
  return {
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name }, annotations }, spec: podSpec },
    },
  };
}
