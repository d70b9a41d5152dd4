import type { Kysely, Transaction } from 'kysely';
import { encodeEvent } from '#lib/events/encode-event.ts';
import { releaseClaimed } from '#lib/sql/claim-rows.ts';
import { enqueueOutbox } from '#lib/sql/outbox.ts';
import type { Planned, Schedules, Timetabled, TurnTaken } from '../ports.ts';
import { readCase } from './case-json.ts';
import type { DecisionTables } from './decision-tables.ts';

export interface SqlSchedulesOptions {
  readonly db: Kysely<DecisionTables>;
  /** Of what is said about planned times. */
  readonly source: string;
  /** The outbox has something to say. */
  readonly onEvents: () => void;
  /** Something is due at another time than before. */
  readonly onDue: () => void;
}

/** Nobody's approval and no action takes longer: what is open since is not waited for any more. */
const LONGEST_OPEN_MS = 2 * 86_400_000;
const KEEP_MS = 30 * 86_400_000;

export function sqlSchedules({ db, source, onEvents, onDue }: SqlSchedulesOptions): Schedules {
  return {
    keep: async (wanted, now) => {
      const waiting = await db
        .selectFrom('planned_runs')
        .select(['id', 'runbook', 'timetable'])
        .where('state', '=', 'planned')
        .execute();
      const isWanted = (one: { runbook: string; timetable: string }) =>
        wanted.some(({ runbook, timetable }) => runbook === one.runbook && timetable === one.timetable);
      await drop(
        db,
        waiting.filter((one) => !isWanted(one)).map(({ id }) => id),
        now,
      );
      const lacking = wanted.filter(
        (one) =>
          !waiting.some(({ runbook, timetable }) => runbook === one.runbook && timetable === one.timetable),
      );
      for (const one of lacking) await plan(db, one);
      if (lacking.length > 0) onDue();
    },
    isOpen: (runbook, before, now) =>
      isOpen(db, runbook, { since: new Date(now.getTime() - LONGEST_OPEN_MS), before }),
    begin: async ({ id, epoch }, incidentId) => {
      await db
        .updateTable('planned_runs')
        .set({ incident_id: incidentId, is_open: true })
        .where('id', '=', id)
        .where('epoch', '=', epoch)
        // Begun before a crash: it may have ended since.
        .where('incident_id', 'is', null)
        .execute();
    },
    finish: async (claim, turn, next, now) => {
      const said = await db.transaction().execute(async (trx) => {
        const held = await releaseClaimed(trx, 'planned_runs', claim, {
          dueAt: null,
          changes: columnsOf(turn),
        });
        // Whoever holds it now comes to the same.
        if (held === 'lost') return false;
        if (next) await insertPlanned(trx, claim.runbook, next);
        if (turn.is === 'skipped') await enqueueOutbox(trx, [encodeEvent(turn.event, source)]);
        return turn.is === 'skipped';
      });
      if (said) onEvents();
      if (next) onDue();
      await forgetOld(db, now);
    },
    settled: async (incidentId) => {
      await db
        .updateTable('planned_runs')
        .set({ is_open: false })
        .where('incident_id', '=', incidentId)
        .where('is_open', '=', true)
        .execute();
    },
  };
}

function columnsOf(turn: TurnTaken) {
  const goesOn = turn.is === 'run' && !turn.isOver;
  return goesOn ? { state: turn.is } : { state: turn.is, is_open: false };
}

/** What is due, or worked on, is for whoever gives it its turn to end. */
async function drop(db: Kysely<DecisionTables>, ids: readonly string[], now: Date): Promise<void> {
  if (ids.length === 0) return;
  await db
    .deleteFrom('planned_runs')
    .where('id', 'in', ids)
    .where('state', '=', 'planned')
    .where('planned_at', '>', now)
    .where('claimed_by', 'is', null)
    .execute();
}

/** They are kept for longer than anybody could plan them once more. */
async function forgetOld(db: Kysely<DecisionTables>, now: Date): Promise<void> {
  await db
    .deleteFrom('planned_runs')
    .where('state', '<>', 'planned')
    .where('planned_at', '<', new Date(now.getTime() - KEEP_MS))
    .execute();
}

async function plan(db: Kysely<DecisionTables>, { runbook, timetable, nextAt }: Timetabled): Promise<void> {
  const at = nextAt();
  if (at) await insertPlanned(db, runbook, { at, timetable });
}

/** One that had its turn does not get another. */
async function insertPlanned(
  db: Kysely<DecisionTables> | Transaction<DecisionTables>,
  runbook: string,
  { at, timetable }: Planned,
): Promise<void> {
  const id = `${runbook}/${at.toISOString()}`;
  await db
    .insertInto('planned_runs')
    .values({
      id,
      due_at: at,
      runbook,
      planned_at: at,
      timetable,
      state: 'planned',
      incident_id: null,
      is_open: false,
    })
    .onConflict((known) => known.column('id').doNothing())
    .execute();
}

/** Something waits for a plan, for people or for its grant; or an action was ordered, and has not ended. */
async function isOpen(
  db: Kysely<DecisionTables>,
  runbook: string,
  { since, before }: { readonly since: Date; readonly before: Date },
): Promise<boolean> {
  const runs = await db
    .selectFrom('planned_runs')
    .select('incident_id')
    .where('runbook', '=', runbook)
    .where('planned_at', '>', since)
    .where('planned_at', '<', before)
    .where('is_open', '=', true)
    .execute();
  const ids = runs.flatMap(({ incident_id }) => incident_id ?? []);
  if (ids.length === 0) return false;
  const cases = await db
    .selectFrom('cases')
    .select(['incident_id', 'data'])
    .where('incident_id', 'in', ids)
    .execute();
  return ids.some((id) => {
    const own = cases.filter(({ incident_id }) => incident_id === id).map(({ data }) => readCase(data));
    // Without a case it was ordered at once.
    return (
      own.length === 0 || own.some(({ state, ending }) => state !== 'closed' || ending?.as === 'ordered')
    );
  });
}
