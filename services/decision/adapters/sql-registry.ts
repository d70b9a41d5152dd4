import type { Kysely, Transaction } from 'kysely';
import { encodeEvent } from '#lib/events/encode-event.ts';
import { enqueueOutbox } from '#lib/sql/outbox.ts';
import { traceHeaders } from '#lib/telemetry/propagation.ts';
import type { ActiveVersion, Origin, RegistryStep, RegistryView, RunbookRegistry } from '../ports.ts';
import type { DecisionTables } from './decision-tables.ts';
import { readEntries, writeEntry } from './registry-entries.ts';

export interface SqlRegistryOptions {
  readonly db: Kysely<DecisionTables>;
  readonly source: string;
  /** The outbox has something to say. */
  readonly onEvents: () => void;
}

export function sqlRegistry({ db, source, onEvents }: SqlRegistryOptions): RunbookRegistry {
  return {
    change: async (request, step) => {
      const { answer, events } = await db.transaction().execute(async (trx) => {
        const view = await lock(trx, request.at);
        const result = step(view);
        if (result.changed.length > 0) await write(trx, result, { ...request, at: view.at });
        const headers = traceHeaders();
        const records = result.events.map((event) => encodeEvent({ ...event, headers }, source));
        await enqueueOutbox(trx, records);
        return result;
      });
      if (events.length > 0) onEvents();
      return answer;
    },
    active: async (known) => {
      const { revision } = await readRevision(db);
      // What is written in between comes with the next look, which sees a newer revision.
      return revision === known ? undefined : { revision, versions: await readActive(db) };
    },
    versions: (name) => readVersions(db, name),
    history: (name, limit) => readHistory(db, name, limit),
    activatedAt: () => readActivations(db),
  };
}

type Db = Kysely<DecisionTables>;

/** One row a set: whoever has it sees all that was changed before, and changes at times of its own. */
async function lock(trx: Transaction<DecisionTables>, now: Date): Promise<RegistryView> {
  const { changed_at } = await trx
    .selectFrom('registry')
    .select('changed_at')
    .where('id', '=', 1)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const entries = await readEntries(trx);
  return {
    // Ids of events are made of their times: two changes of one key must not share one.
    at: new Date(Math.max(now.getTime(), changed_at.getTime() + 1)),
    entry: (name) => entries(name),
    active: await readActive(trx),
  };
}

async function write(
  trx: Transaction<DecisionTables>,
  { changed }: RegistryStep<unknown>,
  origin: Origin,
): Promise<void> {
  for (const entry of changed) await writeEntry(trx, entry, origin);
  await trx
    .updateTable('registry')
    .set((eb) => ({ revision: eb('revision', '+', 1), changed_at: origin.at }))
    .where('id', '=', 1)
    .execute();
}

const readRevision = (db: Db): Promise<{ revision: number }> =>
  db.selectFrom('registry').select('revision').where('id', '=', 1).executeTakeFirstOrThrow();

async function readActive(db: Db): Promise<readonly ActiveVersion[]> {
  const rows = await db
    .selectFrom('registry_version as v')
    .innerJoin('registry_runbook as r', 'r.name', 'v.name')
    .select(['v.name', 'v.version', 'v.digest', 'v.source', 'r.mode'])
    .where('v.status', '=', 'active')
    .orderBy('v.name')
    .execute();
  return rows.flatMap(({ mode, ...version }) => (mode === null ? [] : [{ ...version, mode }]));
}

async function readVersions(db: Db, name: string | undefined): ReturnType<RunbookRegistry['versions']> {
  const rows = await db
    .selectFrom('registry_version as v')
    .innerJoin('registry_runbook as r', 'r.name', 'v.name')
    .selectAll('v')
    .select('r.mode')
    .$if(name !== undefined, (query) => query.where('v.name', '=', name ?? ''))
    .orderBy('v.name')
    .orderBy('v.version', 'desc')
    .execute();
  return rows.map(({ actor_kind, actor_name, mode, ...row }) => ({
    ...row,
    mode: row.status === 'active' ? (mode ?? undefined) : undefined,
    who: { kind: actor_kind, name: actor_name },
  }));
}

async function readHistory(db: Db, name: string, limit: number): ReturnType<RunbookRegistry['history']> {
  const rows = await db
    .selectFrom('registry_change')
    .selectAll()
    .where('name', '=', name)
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ version, digest, type, mode, reason, at, actor_kind, actor_name }) => ({
    ...{ version, digest, type, reason, at },
    ...(mode !== null && { mode }),
    who: { kind: actor_kind, name: actor_name },
  }));
}

async function readActivations(db: Db): ReturnType<RunbookRegistry['activatedAt']> {
  const rows = await db
    .selectFrom('registry_change')
    .select(['name', (eb) => eb.fn.max('at').as('at')])
    .where('type', '=', 'activated')
    .groupBy('name')
    .execute();
  return new Map(rows.map(({ name, at }) => [name, at]));
}
