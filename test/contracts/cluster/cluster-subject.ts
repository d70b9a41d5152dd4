import type { Cluster } from '../../../services/executor/ports.ts';
import type { ClusterServer } from './cluster-server.ts';
import type { Workshop } from './workshop.ts';

/** What the parts of the contract work with. */
export interface ClusterSubject {
  readonly server: ClusterServer;
  readonly cluster: Cluster;
  readonly workshop: Workshop;
}
