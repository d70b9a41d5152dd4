import type { Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import type { Logger } from '#lib/logger.ts';
import { WorkLoop } from '#lib/sql/work-loop.ts';
import type { RunHistories } from '../domain/evidence/run-history.ts';
import type { EvidenceBook } from '../ports.ts';

export interface FollowedHistories {
  readonly current: () => RunHistories;
  stop(): Promise<void>;
}

export interface FollowHistoriesOptions {
  readonly evidence: Pick<EvidenceBook, 'histories' | 'forget'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const LOOK_EVERY_MS = 5_000;
const FORGET_EVERY_MS = 3_600_000;

/**
 * How runbooks have done, in memory: deciding asks no store. Returns once it is known, and rejects where it cannot
 * be; later a store that is away leaves it as it was.
 */
export async function followHistories(options: FollowHistoriesOptions): Promise<FollowedHistories> {
  const { evidence, clock, logger } = options;
  let current = await evidence.histories(clock.now());
  let isFailing = false;
  let forgottenMs = Number.NEGATIVE_INFINITY;
  const step = async () => {
    current = await evidence.histories(clock.now());
    const nowMs = clock.monotonicMs();
    if (nowMs - forgottenMs >= FORGET_EVERY_MS) {
      await evidence.forget(clock.now());
      forgottenMs = nowMs;
    }
    isFailing = false;
    return LOOK_EVERY_MS;
  };
  const onError = (error: unknown) => {
    if (!isFailing)
      logger.warn(
        { reason: messageOf(error) },
        'what came of runbooks cannot be read; what is known goes on',
      );
    isFailing = true;
  };
  const loop = new WorkLoop({ clock, step, onError });
  loop.start();
  return { current: () => current, stop: () => loop.stop() };
}
