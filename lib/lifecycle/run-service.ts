import { type Clock, systemClock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type { Logger } from '#lib/logger.ts';
import { type Component, startAll, stopAll } from './component.ts';
import { exitCodeOf, formatError } from './format-error.ts';
import { ProcessState } from './process-state.ts';

export interface RunOptions {
  readonly logger: Logger;
  /** Shared with the ops server, and with whatever can fail for good. */
  readonly state?: ProcessState;
  /** [25 s] Less than the 30 s after which orchestrators kill. */
  readonly drainTimeoutMs?: number;
  readonly onReady?: () => void;
  readonly clock?: Clock;
}

/**
 * Runs the components until a signal, and ends the process: 0 after a clean stop, 1 after a crash or a stop
 * that failed or took too long, 2 or 7 after a start that failed for a reason somebody can act on.
 */
export async function runUntilSignal(components: readonly Component[], options: RunOptions): Promise<never> {
  const { logger, state = new ProcessState(), drainTimeoutMs = 25_000, clock = systemClock } = options;
  const stopping = new AbortController();
  const signalled = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve());
  });
  endOnCrash(state, logger);
  onSignal(logger, () => {
    state.moveTo('draining');
    stopping.abort();
    void clock.sleep(drainTimeoutMs).then(() => endNow(logger, 'the drain took too long'));
  });
  // Between two pieces of work a service may hold nothing open that would keep the process alive.
  setInterval(() => {}, 2 ** 30);
  const started = await startAll(components, stopping.signal).catch((error) => endUnstarted(error, logger));
  if (!stopping.signal.aborted) {
    state.moveTo('ready');
    options.onReady?.();
  }
  await signalled;
  return stopAndEnd(started, logger);
}

/** Whoever sends a second signal does not want to wait. */
function onSignal(logger: Logger, drain: () => void): void {
  let isDraining = false;
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (isDraining) endNow(logger, `a second signal, ${name}`);
      isDraining = true;
      logger.info({ signal: name }, 'stopping: finishing what is in hand');
      drain();
    });
  }
}

/** After a crash nothing in memory can be relied on: the process ends, and another starts from the log. */
function endOnCrash(state: ProcessState, logger: Logger): void {
  const crash = (error: unknown): never => {
    state.fail(error);
    logger.fatal({ err: error }, 'crashed, ending now');
    process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  void state.failed.then(crash);
}

async function stopAndEnd(started: readonly Component[], logger: Logger): Promise<never> {
  const failures = await stopAll(started);
  for (const { name, error } of failures)
    logger.error({ component: name, err: error }, 'did not stop cleanly');
  if (failures.length === 0) logger.info('stopped');
  process.exit(failures.length === 0 ? 0 : 1);
}

function endUnstarted(error: unknown, logger: Logger): never {
  // A bug needs its stack; what an operator can act on needs the what, why and next.
  if (error instanceof BelayError) process.stderr.write(formatError(error));
  else logger.fatal({ err: error }, 'could not start');
  process.exit(exitCodeOf(error));
}

function endNow(logger: Logger, reason: string): never {
  logger.error({ reason }, 'ending now, without finishing what is in hand');
  process.exit(1);
}
