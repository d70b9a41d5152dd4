import { randomUUID } from 'node:crypto';
import {
  AppsV1Api,
  AutoscalingV2Api,
  CoreV1Api,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1LabelSelector,
  type V1PodTemplateSpec,
} from '@kubernetes/client-node';
import { expect } from 'vitest';
import type { Cluster, PodState, WorkloadState } from '../../../services/executor/ports.ts';
import { eventually } from '../../support/eventually.ts';
import type { ClusterServer } from './cluster-server.ts';

export interface Deploy {
  readonly replicas: number;
  /** Of the pods, and the selector unless that is given. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly selector?: V1LabelSelector;
  readonly play?: string;
  readonly deleteAfter?: string;
  readonly graceSeconds?: number;
}

const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

/** Sets the scene by the reference client, and so holds the server to what that expects. */
export class Workshop {
  readonly #server: ClusterServer;
  readonly #core: CoreV1Api;
  readonly #apps: AppsV1Api;
  readonly #autoscaling: AutoscalingV2Api;

  constructor(server: ClusterServer) {
    const { server: address, token, ca } = server.address;
    const config = new KubeConfig();
    const caData = Buffer.from(ca).toString('base64');
    config.loadFromClusterAndUser(
      { name: 'c', server: address, caData, skipTLSVerify: false },
      { name: 'u', token },
    );
    this.#server = server;
    this.#core = config.makeApiClient(CoreV1Api);
    this.#apps = config.makeApiClient(AppsV1Api);
    this.#autoscaling = config.makeApiClient(AutoscalingV2Api);
  }

  async namespace(): Promise<string> {
    const name = `contract-${randomUUID().slice(0, 8)}`;
    await this.#core.createNamespace({ body: { metadata: { name } } });
    return name;
  }

  async deploy(namespace: string, name: string, options: Deploy): Promise<void> {
    const { template, selector } = this.#template(name, options);
    const metadata = { name, labels: { team: 'shop' } };
    const spec = { replicas: options.replicas, selector, template };
    await this.#apps.createNamespacedDeployment({ namespace, body: { metadata, spec } });
  }

  /** Deployed, and all of its pods Ready. */
  async running(
    cluster: Cluster,
    namespace: string,
    name: string,
    options: Deploy,
  ): Promise<{ workload: WorkloadState; pods: readonly PodState[] }> {
    await this.deploy(namespace, name, options);
    return eventually(async () => {
      const workload = await this.deployment(cluster, namespace, name);
      expect(workload).toMatchObject({ ready: options.replicas, rollingOut: false });
      const pods = await cluster.podsOf(workload);
      expect(pods.filter(({ ready }) => ready)).toHaveLength(options.replicas);
      return { workload, pods };
    });
  }

  async deployment(cluster: Cluster, namespace: string, name: string): Promise<WorkloadState> {
    const workload = await cluster.workload({ kind: 'Deployment', namespace, name });
    if (!workload) throw new Error(`no Deployment ${namespace}/${name}`);
    return workload;
  }

  async barePod(namespace: string, name: string, labels: Record<string, string> = {}): Promise<void> {
    const { spec } = this.#template(name, { replicas: 1 }).template;
    if (spec) await this.#core.createNamespacedPod({ namespace, body: { metadata: { name, labels }, spec } });
  }

  async bareReplicaSet(namespace: string, name: string, replicas: number): Promise<void> {
    const { template, selector } = this.#template(name, { replicas });
    const body = { metadata: { name }, spec: { replicas, selector, template } };
    await this.#apps.createNamespacedReplicaSet({ namespace, body });
  }

  async playPod({ namespace, name }: PodState, play: string | null): Promise<void> {
    const body = { metadata: { annotations: { [this.#server.annotations.play]: play } } };
    await this.#core.patchNamespacedPod({ namespace, name, body }, merge);
  }

  /** A new template, and so a rollout. */
  async rollOut(namespace: string, name: string, play: string | null): Promise<void> {
    const annotations = { [this.#server.annotations.play]: play };
    const body = { spec: { template: { metadata: { annotations } } } };
    await this.#apps.patchNamespacedDeployment({ namespace, name, body }, merge);
  }

  async setImage(namespace: string, name: string, image: string): Promise<void> {
    const body = { spec: { template: { spec: { containers: [{ name: 'main', image }] } } } };
    await this.#apps.patchNamespacedDeployment({ namespace, name, body }, merge);
  }

  async scale(namespace: string, name: string, replicas: number): Promise<void> {
    await this.#apps.patchNamespacedDeployment({ namespace, name, body: { spec: { replicas } } }, merge);
  }

  async autoscale(
    namespace: string,
    name: string,
    deployment: string,
    bounds: { readonly minReplicas: number; readonly maxReplicas: number },
  ): Promise<void> {
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment };
    const body = { metadata: { name }, spec: { ...bounds, scaleTargetRef } };
    await this.#autoscaling.createNamespacedHorizontalPodAutoscaler({ namespace, body });
  }

  async limit(namespace: string, name: string, hard: Record<string, string>): Promise<void> {
    await this.#core.createNamespacedResourceQuota({
      namespace,
      body: { metadata: { name }, spec: { hard } },
    });
  }

  #template(name: string, options: Deploy): { template: V1PodTemplateSpec; selector: V1LabelSelector } {
    const { labels = { app: name }, play, deleteAfter, graceSeconds } = options;
    const annotations = {
      ...(play !== undefined && { [this.#server.annotations.play]: play }),
      ...(deleteAfter !== undefined && { [this.#server.annotations.deleteAfter]: deleteAfter }),
    };
    const spec = {
      containers: [{ name: 'main', image: 'none' }],
      ...(graceSeconds !== undefined && { terminationGracePeriodSeconds: graceSeconds }),
    };
    const selector = options.selector ?? { matchLabels: labels };
    return { template: { metadata: { labels, annotations }, spec }, selector };
  }
}
