import type { Cluster } from '../../../services/executor/ports.ts';

/** What answers as a cluster, and how a test breaks it. */
export interface ClusterServer {
  /** For the administrator that sets the scene. */
  readonly address: { readonly server: string; readonly token: string; readonly ca: string };
  /** By which the pods of this cluster are told how to behave. */
  readonly annotations: { readonly play: string; readonly deleteAfter: string };
  connect(options?: ConnectOptions): Cluster;
  /** A connection on which the answer to each deletion is lost on its way back. */
  connectLossy(): Promise<Cluster>;
  /** The deletions of pods that the server itself saw, in this namespace. */
  podDeletions(namespace: string): Promise<readonly { readonly name: string; readonly status: number }[]>;
  pause(): void;
  resume(): void;
  /** The API server is gone; whatever else there is may go too. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface ConnectOptions {
  /** `executor` may do what it must; `reader` may not delete; nobody knows a `stranger`. [executor] */
  readonly as?: 'executor' | 'reader' | 'stranger';
  readonly timeoutMs?: number;
}
