import { type Kysely, sql, type Transaction } from 'kysely';
import { encodeEvent } from '#lib/events/encode-event.ts';
import { enqueueOutbox } from '#lib/sql/outbox.ts';
import { traceHeaders } from '#lib/telemetry/propagation.ts';
import { approvalIdOf } from '../domain/cases/approval-id.ts';
import type { Case } from '../domain/cases/case.ts';
import type { Cases, CaseStep } from '../ports.ts';
import { readCase } from './case-json.ts';
import type { DecisionTables } from './decision-tables.ts';

export interface SqlCasesOptions {
  readonly db: Kysely<DecisionTables>;
  /** Of the events that are said about cases. */
  readonly source: string;
  /** The outbox has something to say. */
  readonly onEvents: () => void;
  /** Something is due at another time than before. */
  readonly onDue: () => void;
}

const MOST_LISTED = 500;

export function sqlCases(options: SqlCasesOptions): Cases {
  const { db, onEvents, onDue } = options;
  const inTransaction = async (work: (trx: Transaction<DecisionTables>) => Promise<readonly CaseStep[]>) => {
    const steps = await db.transaction().execute(work);
    if (steps.some(({ events }) => events.length > 0)) onEvents();
    if (steps.some(({ next }) => next.dueAt)) onDue();
    return steps;
  };
  return {
    open: async (opened, now) => {
      await inTransaction(async (trx) => {
        // Takes the row of the incident: whoever ends it waits for this, or this sees that it is over.
        if (await lockEpisode(trx, opened.incidentId)) return [];
        await insertCase(trx, opened, now);
        return [{ next: opened, events: [] }];
      });
    },
    advance: async (decisionId, step) => {
      const [done] = await inTransaction(async (trx) => {
        const found = await lockCases(trx, 'id', decisionId);
        return Promise.all(found.map((current) => write(trx, options.source, step(current))));
      });
      return done?.next;
    },
    resolved: async (incidentId, at, step) => {
      await inTransaction(async (trx) => {
        await lockEpisode(trx, incidentId);
        await endEpisode(trx, incidentId, at);
        const found = await lockCases(trx, 'incident_id', incidentId);
        const steps: CaseStep[] = [];
        for (const current of found) steps.push(await write(trx, options.source, step(current)));
        return steps;
      });
      await forgetEpisodes(db, at);
    },
    reopened: async (incidentId, at) => {
      const open = { resolved_at: null, reopened_at: at };
      await db
        .insertInto('episodes')
        .values({ incident_id: incidentId, ...open })
        .onConflict((known) => known.column('incident_id').doUpdateSet(open))
        .execute();
    },
    get: async (decisionId) => casesOf(await selectCases(db).where('id', '=', decisionId).execute())[0],
    isResolved: async (incidentId) => {
      const row = await db
        .selectFrom('episodes')
        .select('resolved_at')
        .where('incident_id', '=', incidentId)
        .executeTakeFirst();
      return row !== undefined && row.resolved_at !== null;
    },
    ...cancellations(db),
    ...caseLists(db),
    forget: async (decisionId) => {
      await db.deleteFrom('cases').where('id', '=', decisionId).where('state', '=', 'closed').execute();
    },
  };
}

function cancellations(db: Kysely<DecisionTables>): Pick<Cases, 'cancelled' | 'isCancelled'> {
  return {
    cancelled: async (decisionId, at) => {
      const old = new Date(at.getTime() - KEEP_ENDS_MS);
      await db.deleteFrom('cancelled_decisions').where('cancelled_at', '<', old).execute();
      await db
        .insertInto('cancelled_decisions')
        .values({ decision_id: decisionId, cancelled_at: at })
        .onConflict((known) => known.column('decision_id').doNothing())
        .execute();
    },
    isCancelled: async (decisionId) => {
      const found = db.selectFrom('cancelled_decisions').select('decision_id');
      return (await found.where('decision_id', '=', decisionId).executeTakeFirst()) !== undefined;
    },
  };
}

function caseLists(
  db: Kysely<DecisionTables>,
): Pick<Cases, 'isTaking' | 'pendingOf' | 'approvals' | 'findApprovals' | 'findRetrying'> {
  return {
    findRetrying: async (idPrefix) => {
      const pattern = beginningWith(idPrefix);
      const after = (name: 'decisionId' | 'actionId') => sql<string>`data -> 'after' ->> ${name}`;
      const found = await selectCases(db)
        .where('state', '=', 'retrying')
        .where((eb) =>
          eb.or([
            eb('id', 'like', pattern),
            eb(after('decisionId'), 'like', pattern),
            eb(after('actionId'), 'like', pattern),
          ]),
        )
        .limit(2)
        .execute();
      return casesOf(found);
    },
    isTaking: async (incidentId) => {
      const row = await db
        .selectFrom('cases')
        .select('id')
        .where('incident_id', '=', incidentId)
        .where('state', 'in', ['granting', 'retrying'])
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },
    pendingOf: async (incidentId) =>
      casesOf(
        await selectCases(db).where('incident_id', '=', incidentId).where('state', '=', 'pending').execute(),
      ),
    approvals: async (all) => {
      const asked = selectCases(db).where('approval_id', 'is not', null).limit(MOST_LISTED);
      if (all) return casesOf(await asked.orderBy('opened_at', 'desc').orderBy('id').execute());
      return casesOf(await asked.where('state', '=', 'pending').orderBy('due_at').orderBy('id').execute());
    },
    findApprovals: async (idPrefix) => {
      const pattern = beginningWith(idPrefix);
      const found = await selectCases(db)
        .where('approval_id', 'is not', null)
        .where((eb) =>
          eb.or([
            eb('approval_id', 'like', pattern),
            eb('id', 'like', pattern),
            eb('incident_id', 'like', pattern),
            eb('external_id', '=', idPrefix),
          ]),
        )
        // The name itself comes before longer ones, and what still waits before what is over.
        .orderBy((eb) => eb.not(eb.or(NAMES.map((name) => eb(name, '=', idPrefix)))))
        .orderBy((eb) => eb('state', '=', 'closed'))
        .orderBy('opened_at', 'desc')
        .limit(2)
        .execute();
      return casesOf(found);
    },
  };
}

const beginningWith = (idPrefix: string): string => `${idPrefix.replaceAll(/[\\%_]/g, '\\$&')}%`;

const NAMES = ['approval_id', 'id', 'incident_id', 'external_id'] as const;

const selectCases = (db: Kysely<DecisionTables>) => db.selectFrom('cases').select('data');

const casesOf = (rows: readonly { readonly data: object }[]): Case[] =>
  rows.map(({ data }) => readCase(data));

/** Takes the row of an incident, and returns whether it is over. */
async function lockEpisode(trx: Transaction<DecisionTables>, id: string): Promise<boolean> {
  const same = { incident_id: id };
  const { resolved_at } = await trx
    .insertInto('episodes')
    .values({ ...same, resolved_at: null, reopened_at: null })
    .onConflict((known) => known.column('incident_id').doUpdateSet(same))
    .returning('resolved_at')
    .executeTakeFirstOrThrow();
  return resolved_at !== null;
}

/** Told again, the end of an episode must not end the next one. */
async function endEpisode(trx: Transaction<DecisionTables>, id: string, at: Date): Promise<void> {
  await trx
    .updateTable('episodes')
    .set({ resolved_at: at })
    .where('incident_id', '=', id)
    .where((eb) => eb.or([eb('reopened_at', 'is', null), eb('reopened_at', '<=', at)]))
    .execute();
}

/** Longer than the log can tell again of an end. */
const KEEP_ENDS_MS = 30 * 86_400_000;

async function forgetEpisodes(db: Kysely<DecisionTables>, now: Date): Promise<void> {
  const old = new Date(now.getTime() - KEEP_ENDS_MS);
  await db.deleteFrom('episodes').where('resolved_at', '<', old).execute();
}

async function lockCases(
  trx: Transaction<DecisionTables>,
  column: 'id' | 'incident_id',
  value: string,
): Promise<Case[]> {
  return casesOf(await selectCases(trx).where(column, '=', value).orderBy('id').forUpdate().execute());
}

async function insertCase(trx: Transaction<DecisionTables>, opened: Case, now: Date): Promise<void> {
  await trx
    .insertInto('cases')
    .values({
      id: opened.decisionId,
      incident_id: opened.incidentId,
      external_id: opened.externalId,
      approval_id: opened.state === 'retrying' ? null : approvalIdOf(opened.decisionId),
      opened_at: now,
      ...columnsOf(opened),
    })
    .onConflict((known) => known.column('id').doNothing())
    .execute();
}

/** Whoever had claimed the row to look at it has nothing left to do. */
async function write(trx: Transaction<DecisionTables>, source: string, step: CaseStep): Promise<CaseStep> {
  await trx
    .updateTable('cases')
    .set({ ...columnsOf(step.next), claimed_by: null, claimed_until: null })
    .where('id', '=', step.next.decisionId)
    .execute();
  const headers = traceHeaders();
  const records = step.events.map((event) =>
    encodeEvent({ ...event, headers: { ...headers, ...event.headers } }, source),
  );
  await enqueueOutbox(trx, records);
  return step;
}

const columnsOf = (written: Case) => ({
  state: written.state,
  due_at: written.dueAt ?? null,
  data: JSON.stringify(written),
});
