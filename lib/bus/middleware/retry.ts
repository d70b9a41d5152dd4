import { backoffMs } from '#lib/backoff.ts';
import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import { type Delivery, GivenUp, type Middleware, type RecordStep } from '../pipeline.ts';

interface RetryOptions {
  readonly clock: Clock;
  /** For errors nobody classified: they may pass, and they may be a bug that never will. */
  readonly attempts?: number;
  readonly onRetry: (error: unknown, attempt: number, delivery: Delivery) => void;
}

/**
 * What is transient is tried until it works or the consumer stops: an outage of a store must not turn a
 * day's incidents into dead letters. What is invalid is not tried again. The rest gets a few attempts.
 */
export function retry({ clock, attempts = 4, onRetry }: RetryOptions): Middleware<RecordStep> {
  return (next) => async (delivery) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const outcome = await next(delivery);
        return attempt > 1 ? { ...outcome, retried: true } : outcome;
      } catch (error) {
        if (error instanceof GivenUp) throw error;
        if (!mayPass(error, attempt < attempts)) throw error;
        onRetry(error, attempt, delivery);
        await clock.sleep(backoffMs(attempt), delivery.signal);
        if (delivery.signal.aborted) throw new GivenUp();
      }
    }
  };
}

function mayPass(error: unknown, attemptsLeft: boolean): boolean {
  if (!(error instanceof BelayError)) return attemptsLeft;
  if (error.kind === 'unavailable' || error.kind === 'timeout') return true;
  return error.kind !== 'invalid' && attemptsLeft;
}
