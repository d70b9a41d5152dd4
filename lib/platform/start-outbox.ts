import type { Logger } from '#lib/logger.ts';
import type { Sql } from '#lib/sql/open-sql.ts';
import type { OutboxTables } from '#lib/sql/outbox.ts';
import { OutboxSweeper } from '#lib/sql/outbox-sweeper.ts';
import type { Platform } from './platform.ts';

/** Publishes what a service says together with its state, from now on. */
export function startOutbox<Tables extends OutboxTables>(
  sql: Sql<Tables>,
  { bus, clock }: Pick<Platform, 'bus' | 'clock'>,
  logger: Logger,
): OutboxSweeper<Tables> {
  const outbox = new OutboxSweeper<Tables>({
    sql,
    bus,
    clock,
    onError: (error) => logger.warn({ err: error }, 'the outbox waits for the log'),
    onRejected: ({ eventId, topic, error }) =>
      logger.error({ err: error, eventId, topic }, 'an event cannot be published'),
  });
  outbox.start();
  return outbox;
}
