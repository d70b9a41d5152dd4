import type { EventStep, Middleware } from '../pipeline.ts';

/**
 * Drops what this process has handled and published before: redelivery after a lost commit, a producer's
 * retry. An id counts as seen only when its results are durable, so a failure is always handled again. It
 * saves work and noise; it is not what makes effects happen once (derived ids and the sinks are).
 */
export function deduplicate(remembered = 10_000): Middleware<EventStep> {
  const seen = new Set<string>();
  const remember = (id: string) => {
    seen.add(id);
    if (seen.size > remembered) {
      const oldest = seen.values().next().value;
      if (oldest !== undefined) seen.delete(oldest);
    }
  };
  return (next) => async (event, delivery) => {
    if (seen.has(event.id)) return { result: 'duplicate', type: event.type, publish: [] };
    const outcome = await next(event, delivery);
    return { ...outcome, published: () => remember(event.id) };
  };
}
