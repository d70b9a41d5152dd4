import type { Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import type { CheckOutcome, HealthCheck } from '#lib/lifecycle/component.ts';
import type { Logger } from '#lib/logger.ts';
import { WorkLoop } from '#lib/sql/work-loop.ts';
import type { ActiveRunbook } from '../domain/registry/active-runbook.ts';
import type { ActiveVersion, RunbookRegistry } from '../ports.ts';

export interface ActiveRunbooks {
  /** The same array until something has changed. */
  readonly current: () => readonly ActiveRunbook[];
  /** Looks now. A failure leaves the set as it was, and is said in the log. */
  refresh(): Promise<void>;
  /** Something may have changed. */
  poke(): void;
  readonly check: HealthCheck;
  stop(): Promise<void>;
}

export interface FollowActiveRunbooksOptions {
  readonly registry: RunbookRegistry;
  readonly toRunbooks: (versions: readonly ActiveVersion[]) => readonly ActiveRunbook[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Where the control topic said nothing, or was not heard. */
const LOOK_EVERY_MS = 3_000;

/** Returns when the set is known, and keeps it current. Rejects where it cannot be known at the start. */
export async function followActiveRunbooks(options: FollowActiveRunbooksOptions): Promise<ActiveRunbooks> {
  const { registry, toRunbooks, clock, logger } = options;
  let [revision, runbooks]: [number | undefined, readonly ActiveRunbook[]] = [undefined, []];
  let failure: string | undefined;
  const look = async () => {
    const found = await registry.active(revision);
    // Two looks may cross: the older one says nothing new.
    if (found && found.revision > (revision ?? -1)) {
      runbooks = toRunbooks(found.versions);
      revision = found.revision;
    }
  };
  const refresh = async () => {
    try {
      await look();
      failure = undefined;
    } catch (error) {
      if (failure === undefined)
        logger.warn({ reason: messageOf(error) }, 'the active runbooks cannot be read; those known go on');
      failure = messageOf(error);
    }
  };
  await look();
  const step = async () => {
    await refresh();
    return LOOK_EVERY_MS;
  };
  const loop = new WorkLoop({ clock, step, onError: () => {} });
  loop.start();
  return {
    current: () => runbooks,
    refresh,
    poke: () => loop.poke(),
    check: { name: 'runbooks', check: async () => stateOf(runbooks, failure) },
    stop: () => loop.stop(),
  };
}

function stateOf(runbooks: readonly ActiveRunbook[], failure: string | undefined): CheckOutcome {
  const known = `${runbooks.length} active`;
  if (failure === undefined) return { ok: true, detail: known };
  return {
    ok: false,
    detail: `${known}, and perhaps not those of now: ${failure}`,
    fix: 'look at the database, or at the version that was activated last',
  };
}
