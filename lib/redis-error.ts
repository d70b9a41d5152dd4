import { BelayError, messageOf } from '#lib/errors.ts';

/** What the driver throws when Redis is away, as what it is: transient. What was asked may have been done. */
export async function redisError<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof BelayError) throw error;
    throw new BelayError('unavailable', `Redis does not answer: ${messageOf(error)}`, {
      code: 'REDIS_UNAVAILABLE',
      next: 'look whether Redis is up, reachable from here, and not out of memory (noeviction)',
      cause: error,
    });
  }
}
