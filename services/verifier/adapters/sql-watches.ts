import type { Kysely } from 'kysely';
import { encodeEvent } from '#lib/events/encode-event.ts';
import type { Json } from '#lib/sql/column-types.ts';
import { enqueueOutbox, type OutboxTables } from '#lib/sql/outbox.ts';
import type { WorkTable } from '#lib/sql/work-table.ts';
import { traceHeaders } from '#lib/telemetry/propagation.ts';
import { newWatch, type Watch } from '../domain/watch.ts';
import type { Watches } from '../ports.ts';

interface WatchTable extends WorkTable {
  watch: Json<object>;
}

export interface WatchTables extends OutboxTables {
  watches: WatchTable;
}

export interface SqlWatchesOptions {
  readonly db: Kysely<WatchTables>;
  readonly source: string;
  /** The outbox has something to say. */
  readonly onEvents: () => void;
  /** A look was put off until this time. */
  readonly onDue: () => void;
}

export function sqlWatches({ db, source, onEvents, onDue }: SqlWatchesOptions): Watches {
  return {
    advance: async (ids, step) => {
      const { events, lookAgainAt } = await db.transaction().execute(async (trx) => {
        const fresh = { id: ids.actionId, due_at: null, watch: JSON.stringify(newWatch(ids)) };
        await trx
          .insertInto('watches')
          .values(fresh)
          .onConflict((taken) => taken.column('id').doNothing())
          .execute();
        const row = await trx
          .selectFrom('watches')
          .select('watch')
          .where('id', '=', ids.actionId)
          .forUpdate()
          .executeTakeFirstOrThrow();
        const result = step(readWatch(row.watch));
        await trx
          .updateTable('watches')
          // Whoever had claimed it to look at its deadline has nothing left to do.
          .set({
            watch: JSON.stringify(result.watch),
            due_at: result.lookAgainAt ?? null,
            claimed_by: null,
            claimed_until: null,
          })
          .where('id', '=', ids.actionId)
          .execute();
        const headers = traceHeaders();
        const records = result.events.map((event) => encodeEvent({ ...event, headers }, source));
        await enqueueOutbox(trx, records);
        return result;
      });
      if (events.length > 0) onEvents();
      if (lookAgainAt) onDue();
    },
  };
}

const DATES = new Set(['at', 'actBefore']);

/** JSON has no times; these are the fields that hold them. */
export function readWatch(stored: object): Watch {
  const revive = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value).map(([name, item]) => [
      name,
      DATES.has(name) && typeof item === 'string' ? new Date(item) : revive(item),
    ]);
    return Object.fromEntries(entries) as unknown;
  };
  const known = revive(stored) as Partial<Watch> &
    Pick<Watch, 'actionId' | 'decisionId' | 'incidentId' | 'target'>;
  return { ...newWatch(known), ...known };
}
