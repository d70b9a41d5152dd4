import { backoffMs } from '#lib/backoff.ts';
import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import { mayPass } from './kafka-errors.ts';

/** What the work comes to, or what `late` comes to when the time is over first; the work then goes on unheard. */
export async function within<T>(
  clock: Clock,
  limitMs: number,
  work: Promise<T>,
  late: () => T | Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const expired = clock.sleep(limitMs, done.signal).then(() => late);
  try {
    const first = await Promise.race([work.then((value) => () => value), expired]);
    return await first();
  } finally {
    done.abort();
  }
}

/**
 * Tries again what may pass until the time is over. kafkajs does not retry all of that itself: a coordinator
 * that is still loading its groups ends a join.
 */
export async function patiently<T>(clock: Clock, limitMs: number, attempt: () => Promise<T>): Promise<T> {
  const untilMs = clock.monotonicMs() + limitMs;
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      const isOver = clock.monotonicMs() > untilMs;
      if (isOver || !(error instanceof BelayError) || !mayPass(error)) throw error;
      await clock.sleep(backoffMs(count, 50, 1_000));
    }
  }
}
