import { type Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';

/** The work's result, or an error after the time: drivers have a patience of their own, often a longer one. */
export async function within<T>(timeoutMs: number, clock: Clock, work: Promise<T>): Promise<T> {
  const settled = new AbortController();
  const late = clock.sleep(timeoutMs, settled.signal).then(() => {
    if (settled.signal.aborted) return undefined as never;
    throw new BelayError('timeout', `no answer within ${timeoutMs / 1_000} s`, { code: 'NO_ANSWER' });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    settled.abort();
    work.catch(() => {});
  }
}
