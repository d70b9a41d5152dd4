import type { Clock } from '#lib/clock.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import type { Criteria } from '../../domain/evidence/criteria.ts';
import type { ActiveRunbook } from '../../domain/registry/active-runbook.ts';
import type { EvidenceBook, RunbookRegistry } from '../../ports.ts';
import type { ReadVersionOf } from './version-reader.ts';

/** What commands about runbooks work with. */
export interface RegistryOptions {
  readonly registry: RunbookRegistry;
  readonly read: ReadVersionOf;
  readonly evidence: Pick<EvidenceBook, 'newest' | 'versions'>;
  /** Those that this instance decides with. */
  readonly active: () => readonly ActiveRunbook[];
  /** Of proposals. */
  readonly criteria: Criteria;
  readonly publish: Publish;
  readonly clock: Clock;
  /** Throws where the log would forget a run of one of them before its cooldown is over. */
  readonly checkRetention: (runbooks: readonly Runbook[]) => Promise<void>;
  /** This instance decides with what has changed when its answer goes out; the others hear of it. */
  readonly refresh: () => Promise<void>;
}
