import type { Clock } from '#lib/clock.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import type { RunbookRegistry } from '../../ports.ts';
import type { ReadVersionOf } from './version-reader.ts';

/** What commands about runbooks work with. */
export interface RegistryOptions {
  readonly registry: RunbookRegistry;
  readonly read: ReadVersionOf;
  readonly publish: Publish;
  readonly clock: Clock;
  /** Throws where the log would forget a run of one of them before its cooldown is over. */
  readonly checkRetention: (runbooks: readonly Runbook[]) => Promise<void>;
  /** This instance decides with what has changed when its answer goes out; the others hear of it. */
  readonly refresh: () => Promise<void>;
}
