import type { Clock } from '#lib/clock.ts';
import type { Logger } from '#lib/logger.ts';
import type { LoadResult } from '#lib/runbook/load-runbook.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { applyAtStart } from '../handlers/registry/apply-at-start.ts';
import { type ReadVersionOf, toActiveRunbooks } from '../handlers/registry/version-reader.ts';
import type { RunbookRegistry } from '../ports.ts';
import { type ActiveRunbooks, followActiveRunbooks } from './active-runbooks.ts';

export interface StartRegistryOptions {
  readonly registry: RunbookRegistry;
  readonly read: ReadVersionOf;
  /** The files of this start. */
  readonly loaded: LoadResult;
  readonly onStart: 'draft' | 'activate';
  readonly checkRetention: (runbooks: readonly Runbook[]) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The files are registered, and what is active is known and may run on this log, or the service does not start. */
export async function startRegistry(options: StartRegistryOptions): Promise<ActiveRunbooks> {
  const { registry, read, loaded, onStart, checkRetention, clock, logger } = options;
  // Before they are: what is registered as active would stop the next start as well.
  if (onStart === 'activate') await checkRetention(loaded.runbooks);
  await applyAtStart(loaded, { registry, read, clock, logger, onStart });
  const active = await followActiveRunbooks({
    registry,
    toRunbooks: (versions) => toActiveRunbooks(versions, read),
    clock,
    logger,
  });
  try {
    await checkRetention(active.current());
  } catch (error) {
    await active.stop();
    throw error;
  }
  const names = active.current().map(({ name, version, mode }) => `${name}@${version} as ${mode}`);
  logger.info({ runbooks: names }, 'runbooks active');
  return active;
}
