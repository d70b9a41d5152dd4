import type { Logger } from '#lib/logger.ts';
import type { EventStep, Middleware } from '../pipeline.ts';

/** A line an event at debug level; failures are told where they are decided, by retry and set-aside. */
export function log(logger: Logger): Middleware<EventStep> {
  return (next) => async (event, delivery) => {
    const outcome = await next(event, delivery);
    if (logger.isLevelEnabled('debug')) {
      const { topic, partition, offset } = delivery.record;
      logger.debug(
        { event: event.id, type: event.type, topic, partition, offset, result: outcome.result },
        'handled',
      );
    }
    return outcome;
  };
}
