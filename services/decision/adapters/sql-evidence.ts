import { type Insertable, type Kysely, type RawBuilder, sql } from 'kysely';
import { daysBefore, type Evidence, KEEP_EVIDENCE_DAYS, type Note } from '../domain/evidence/evidence.ts';
import type { EvidenceBook } from '../ports.ts';
import type { DecisionTables } from './decision-tables.ts';
import type { EvidenceTables } from './evidence-migrations.ts';
import { readHistories, readVersions } from './evidence-counts.ts';
import { gather } from './gather.ts';

type Db = Kysely<DecisionTables>;
type Row = Omit<Insertable<EvidenceTables['evidence']>, 'decision_id' | 'noted_at'>;

export const sqlEvidence = (db: Db): EvidenceBook => ({
  note: gather((notes) => writeAll(db, notes)),
  histories: (now) => readHistories(db, now),
  newest: (runbook, since, limit) => readNewest(db, runbook, since, limit),
  versions: (runbook) => readVersions(db, runbook),
  forget: (now) => forget(db, now),
});

/**
 * In any order: a statement for each kind. Of repeats among them the first counts, as it would alone. Rows are taken
 * in the order of their ids: two instances that write the same ones wait for each other, and not both.
 */
async function writeAll(db: Db, notes: readonly Note[]): Promise<void> {
  for (const same of Map.groupBy(notes, ({ what }) => what).values()) {
    const firsts = new Map(same.toReversed().map((note) => [note.decisionId, note]));
    const inOrder = [...firsts.values()].toSorted((a, b) => (a.decisionId < b.decisionId ? -1 : 1));
    await write(db, inOrder);
  }
}

/** What is there stays: a repeat changes nothing. Only a person's verdict corrects something, an unknown outcome. */
async function write(db: Db, notes: readonly Note[]): Promise<void> {
  const [first] = notes;
  if (!first) return;
  const columns = Object.keys(rowOf(first));
  const kept = Object.fromEntries(columns.map((column) => [column, keptOf(column, first)]));
  await db
    .insertInto('evidence')
    .values(notes.map((note) => ({ decision_id: note.decisionId, noted_at: note.at, ...rowOf(note) })))
    .onConflict((known) => known.column('decision_id').doUpdateSet(kept))
    .execute();
}

function keptOf(column: string, { what }: Note): RawBuilder<never> {
  const [known, told] = [sql`evidence.${sql.ref(column)}`, sql<never>`excluded.${sql.ref(column)}`];
  if (what === 'shown') return told;
  const isCorrected = what === 'resolved' && column === 'run';
  return isCorrected
    ? sql<never>`coalesce(nullif(${known}, 'unknown'), ${told})`
    : sql<never>`coalesce(${known}, ${told})`;
}

function rowOf(note: Note): Row {
  switch (note.what) {
    case 'decided': {
      const { runbook, version, mode, wouldHave = null, code, at } = note;
      return { runbook, version, mode, would_have: wouldHave, code, decided_at: at };
    }
    case 'shown':
      return { is_shown: true };
    case 'answered':
      return { answer: note.answer };
    case 'settled':
      return { run: note.run, settled_at: note.at };
    case 'resolved':
      return { run: note.isDone ? 'unknown' : 'none', settled_at: note.at };
  }
}

async function readNewest(db: Db, runbook: string, since: Date, limit: number): Promise<readonly Evidence[]> {
  const rows = await db
    .selectFrom('evidence')
    .selectAll()
    .where('runbook', '=', runbook)
    .where('decided_at', '>=', since)
    .where((eb) =>
      eb.or([
        eb('would_have', 'is not', null),
        eb('answer', 'is not', null),
        eb('run', '<>', 'none'),
        eb('is_shown', '=', true),
      ]),
    )
    .orderBy('decided_at', 'desc')
    .orderBy('decision_id')
    .limit(limit)
    .execute();
  return rows.flatMap(({ version, mode, decided_at, ...row }) => {
    if (version === null || mode === null || decided_at === null) return [];
    const run = row.run === null || row.run === 'none' ? undefined : row.run;
    const [wouldHave, answer] = [row.would_have ?? undefined, row.answer ?? undefined];
    const decided = { decisionId: row.decision_id, runbook, version, mode, decidedAt: decided_at };
    const isShown = row.is_shown && row.code === SUGGESTED;
    return [{ ...decided, wouldHave, answer, run, isShown }];
  });
}

/** As the runbook has it, and not because something was uncertain. */
const SUGGESTED = 'suggested';

/** In one statement: nothing is counted and kept, or thrown away uncounted. */
async function forget(db: Db, now: Date): Promise<void> {
  const oldest = daysBefore(now, KEEP_EVIDENCE_DAYS);
  await db
    .with('gone', (query) =>
      query.deleteFrom('evidence').where('noted_at', '<', oldest).returning(['runbook', 'run']),
    )
    .insertInto('evidence_before')
    .columns(['runbook', 'runs', 'verified'])
    .expression((query) =>
      query
        .selectFrom('gone')
        .select((eb) => [
          eb.ref('runbook').$notNull().as('runbook'),
          eb.fn.countAll<number>().as('runs'),
          eb.fn.countAll<number>().filterWhere('run', '=', 'verified').as('verified'),
        ])
        .where('runbook', 'is not', null)
        .where('run', '<>', 'none')
        .groupBy('runbook'),
    )
    .onConflict((known) =>
      known.column('runbook').doUpdateSet({
        runs: sql`evidence_before.runs + excluded.runs`,
        verified: sql`evidence_before.verified + excluded.verified`,
      }),
    )
    .execute();
}
