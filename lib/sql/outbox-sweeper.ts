import type { Kysely } from 'kysely';
import type { Bus } from '#lib/bus/bus.ts';
import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type { Sql } from './open-sql.ts';
import { type OutboxTables, toRecord, type WaitingRecord } from './outbox.ts';
import { WorkLoop } from './work-loop.ts';

export interface OutboxSweeperOptions<Tables extends OutboxTables> {
  readonly sql: Sql<Tables>;
  readonly bus: Pick<Bus, 'publish'>;
  readonly clock: Clock;
  /** A sweep failed; it is tried again. */
  readonly onError: (error: unknown) => void;
  /** A record that the bus will never take was moved to `outbox_rejected`. */
  readonly onRejected: (record: RejectedRecord) => void;
  /** How long a record may wait that another instance wrote and did not live to publish. */
  readonly pollMs?: number;
}

export interface RejectedRecord {
  readonly eventId: string;
  readonly topic: string;
  readonly error: BelayError;
}

const batchRecords = 100;
/** Whoever sweeps now may have looked before the last record came. */
const retryBusyMs = 500;

/** Publishes what waits in the outbox, in its order, and deletes it then. One instance at a time does it. */
export class OutboxSweeper<Tables extends OutboxTables> {
  readonly #options: OutboxSweeperOptions<Tables>;
  readonly #loop: WorkLoop;

  constructor(options: OutboxSweeperOptions<Tables>) {
    this.#options = options;
    const { clock, onError } = options;
    this.#loop = new WorkLoop({ clock, onError, step: (stopping) => this.#sweep(stopping) });
  }

  start(): void {
    this.#loop.start();
  }

  /** A transaction with records has committed. */
  poke(): void {
    this.#loop.poke();
  }

  /** Resolves when the batch in hand is published. The rest waits for the next start. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #sweep(stopping: AbortSignal): Promise<number> {
    const { sql, pollMs = 5_000 } = this.#options;
    const swept = await sql.exclusively('outbox', async (connection) => {
      // The columns of this module are all that is touched.
      const db = connection as unknown as Kysely<OutboxTables>;
      while (!stopping.aborted) {
        const batch = await readBatch(db);
        await this.#publish(db, batch);
        if (batch.length < batchRecords) return;
      }
    });
    return swept ? pollMs : retryBusyMs;
  }

  async #publish(db: Kysely<OutboxTables>, batch: readonly WaitingRecord[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      await this.#options.bus.publish(batch.map(toRecord));
    } catch (error) {
      if (!isInvalid(error)) throw error;
      const [refused] = batch;
      if (batch.length === 1 && refused) return await this.#reject(db, refused, error);
      // Which one it was is found out by sending them one by one.
      for (const record of batch) await this.#publish(db, [record]);
      return;
    }
    await remove(db, batch);
  }

  async #reject(db: Kysely<OutboxTables>, record: WaitingRecord, error: BelayError): Promise<void> {
    const { clock, onRejected } = this.#options;
    await db.transaction().execute((trx) => setAside(trx, record.event_id, error, clock.now()));
    onRejected({ eventId: record.event_id, topic: record.topic, error });
  }
}

function isInvalid(error: unknown): error is BelayError {
  return error instanceof BelayError && error.kind === 'invalid';
}

async function readBatch(db: Kysely<OutboxTables>): Promise<WaitingRecord[]> {
  return await db
    .selectFrom('outbox')
    .select(['event_id', 'topic', 'key', 'value', 'headers'])
    .orderBy('seq')
    .limit(batchRecords)
    .execute();
}

async function remove(db: Kysely<OutboxTables>, batch: readonly WaitingRecord[]): Promise<void> {
  const ids = batch.map(({ event_id }) => event_id);
  await db.deleteFrom('outbox').where('event_id', 'in', ids).execute();
}

async function setAside(db: Kysely<OutboxTables>, id: string, error: BelayError, now: Date): Promise<void> {
  const refusal = { code: error.code, reason: error.why ?? error.message, rejected_at: now };
  const rejected = await db
    .deleteFrom('outbox')
    .where('event_id', '=', id)
    .returning(['seq', 'event_id', 'topic', 'key', 'value'])
    .returning((eb) => eb.cast<string>('headers', 'text').as('headers'))
    .executeTakeFirstOrThrow();
  await db
    .insertInto('outbox_rejected')
    .values({ ...rejected, ...refusal })
    .onConflict((known) => known.column('event_id').doUpdateSet(refusal))
    .execute();
}
