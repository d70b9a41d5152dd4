import type { Clock } from '#lib/clock.ts';

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
