import type { Clock } from '#lib/clock.ts';
import type { ControlState } from '#lib/control/control-state.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import type { Cluster, Ledger } from '../ports.ts';

/** What a row is driven with. */
export interface Driver {
  readonly target: string;
  readonly cluster: Cluster;
  readonly ledger: Ledger;
  readonly publish: Publish;
  readonly controls: () => ControlState;
  readonly clock: Clock;
  readonly requestLifetimeMs: number;
}
