import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sql } from '#lib/sql/open-sql.ts';
import type { DecisionTables } from '../../services/decision/adapters/decision-tables.ts';
import { migrations } from '../../services/decision/adapters/migrations.ts';
import { sqlEvidence } from '../../services/decision/adapters/sql-evidence.ts';
import type { Note, Run } from '../../services/decision/domain/evidence/evidence.ts';
import type { EvidenceBook } from '../../services/decision/ports.ts';
import type { SqlServer } from './sql/sql-subject.ts';

const now = new Date('2026-06-30T00:00:00Z');
const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000);

type DecidedNote = Extract<Note, { readonly what: 'decided' }>;
const decided = (decisionId: string, change: Partial<DecidedNote> = {}): DecidedNote => ({
  ...{ what: 'decided', decisionId, runbook: 'fix', version: 1, mode: 'auto_execute', code: 'executing' },
  ...{ wouldHave: undefined, at: daysAgo(1), ...change },
});
const settled = (decisionId: string, run: Run | 'none', at = daysAgo(1)): Note => ({
  ...{ what: 'settled', decisionId, run, at },
});

/** What came of decisions, on every database. */
export function evidenceContract(name: string, start: () => Promise<SqlServer>): void {
  describe(`evidence contract: ${name}`, () => {
    let server: SqlServer;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(async () => {
      await Promise.all(opened.map((sql) => sql.close()));
      await server?.stop();
    });

    const opened: Sql<DecisionTables>[] = [];
    const open = async (): Promise<EvidenceBook> => {
      const schema = `evidence_${opened.length + 1}`;
      const sql = await server.open<DecisionTables>({ schema, migrations });
      opened.push(sql);
      return sqlEvidence(sql.db);
    };
    let book: EvidenceBook;
    beforeEach(async () => {
      book = await open();
    });
    const noteAll = async (notes: readonly Note[]) => {
      for (const note of notes) await book.note(note);
    };
    const run = (id: string, how: Run | 'none', days = 1, version = 1) =>
      noteAll([decided(id, { at: daysAgo(days), version }), settled(id, how, daysAgo(days))]);

    it('takes many at once, with repeats, from two who write the same', async () => {
      const other = sqlEvidence((opened.at(-1) as Sql<DecisionTables>).db);
      const ids = Array.from({ length: 500 }, (_, i) => `many-${i}`);
      const told = [...ids, ...ids.toReversed()].flatMap((id) => [decided(id), settled(id, 'verified')]);
      await Promise.all([
        ...told.map((note) => book.note(note)),
        ...told.toReversed().map((note) => other.note(note)),
      ]);
      expect((await book.histories(now)).get('fix')).toMatchObject({ runsEver: 500, verifiedEver: 500 });
    });

    it('says the same in whatever order it is told, and however often', async () => {
      const story = (id: string): readonly Note[] => [
        decided(id, { mode: 'approval_required', code: 'approval_required' }),
        { what: 'answered', decisionId: id, answer: 'approved', at: daysAgo(1) },
        settled(id, 'unknown'),
        { what: 'resolved', decisionId: id, isDone: false, at: daysAgo(1) },
      ];
      const told = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });
      let count = 0;
      await fc.assert(
        fc.asyncProperty(told, fc.array(fc.nat(3), { maxLength: 4 }), async (order, again) => {
          count += 1;
          const runbook = `fix-${count}`;
          const notes = story(`dec-${count}`).map((note) => ({ ...note, runbook }));
          await noteAll([...order, ...again].flatMap((place) => (notes[place] as Note) ?? []));
          expect(await book.newest(runbook, daysAgo(30), 10)).toEqual([
            {
              ...{ decisionId: `dec-${count}`, runbook, version: 1, decidedAt: daysAgo(1) },
              ...{ mode: 'approval_required', wouldHave: undefined, isShown: false },
              ...{ answer: 'approved', run: undefined },
            },
          ]);
        }),
        { numRuns: 20 },
      );
    });

    it('keeps what was said first: a repeat by another version of Belay changes nothing', async () => {
      await run('dec-1', 'verified');
      await noteAll([settled('dec-1', 'failed'), decided('dec-1', { mode: 'blocked' })]);
      await book.note({ what: 'resolved', decisionId: 'dec-1', isDone: false, at: now });
      expect(await book.newest('fix', daysAgo(30), 10)).toMatchObject([
        { mode: 'auto_execute', run: 'verified' },
      ]);
    });

    it('has the runs of 30 days, and of all time, by runbook', async () => {
      await run('dec-1', 'verified');
      await run('dec-2', 'rolled_back');
      await run('dec-3', 'verified', 31);
      await run('dec-4', 'none');
      await noteAll([decided('dec-5'), settled('dec-unread', 'failed')]);
      await noteAll([decided('dec-6', { runbook: 'other' }), settled('dec-6', 'unknown')]);
      expect(Object.fromEntries(await book.histories(now))).toEqual({
        fix: { verified: 1, failed: 1, runsEver: 3, verifiedEver: 2 },
        other: { verified: 0, failed: 1, runsEver: 1, verifiedEver: 0 },
      });
    });

    it('forgets rows after 90 days and never what they were, however often it is told to', async () => {
      await run('dec-1', 'verified', 91);
      await run('dec-2', 'failed', 100);
      await run('dec-3', 'none', 100);
      await run('dec-4', 'verified', 89);
      await Promise.all([book.forget(now), book.forget(now)]);
      const before = { verified: 0, failed: 0 };
      const counted = { fix: { ...before, runsEver: 3, verifiedEver: 2 } };
      expect(Object.fromEntries(await book.histories(now))).toEqual(counted);
      expect(await book.newest('fix', daysAgo(365), 10)).toHaveLength(1);
      await run('dec-5', 'verified', 95);
      await book.forget(now);
      expect((await book.histories(now)).get('fix')).toMatchObject({ runsEver: 4, verifiedEver: 3 });
    });

    it('gives the newest that say something', async () => {
      await run('dec-old', 'verified', 5);
      await run('dec-new', 'failed', 2);
      await run('dec-none', 'none', 1);
      await noteAll([decided('dec-said'), decided('dec-other', { runbook: 'other', wouldHave: 'suggest' })]);
      await book.note(decided('dec-seen', { mode: 'observe', wouldHave: 'auto_execute', at: daysAgo(3) }));
      const ids = async (days: number, limit: number) =>
        (await book.newest('fix', daysAgo(days), limit)).map(({ decisionId }) => decisionId);
      expect(await ids(30, 10)).toEqual(['dec-new', 'dec-seen', 'dec-old']);
      expect(await ids(30, 2)).toEqual(['dec-new', 'dec-seen']);
      expect(await ids(4, 10)).toEqual(['dec-new', 'dec-seen']);
    });

    it('calls shown what was to be suggested, and not what was too uncertain for more', async () => {
      const shown = (decisionId: string): Note => ({ what: 'shown', decisionId, at: daysAgo(1) });
      await noteAll([shown('dec-1'), decided('dec-1', { mode: 'suggest', code: 'suggested' })]);
      await noteAll([decided('dec-2', { mode: 'suggest', code: 'low_confidence' }), shown('dec-2')]);
      const found = await book.newest('fix', daysAgo(30), 10);
      expect(found.map(({ isShown }) => isShown)).toEqual([true, false]);
    });

    it('counts by version what came of it', async () => {
      await run('dec-1', 'verified', 3);
      await run('dec-2', 'inconclusive', 2);
      await run('dec-3', 'none', 1);
      await run('dec-4', 'verified', 1, 2);
      await book.note({ what: 'answered', decisionId: 'dec-3', answer: 'denied', at: daysAgo(1) });
      await noteAll([decided('dec-5', { version: 3 }), decided('dec-6', { runbook: 'other', version: 9 })]);
      const found = await book.versions('fix');
      expect(found.map(({ version, decisions, runs }) => [version, decisions, runs])).toEqual([
        [3, 1, 0],
        [2, 1, 1],
        [1, 3, 2],
      ]);
      expect(found[0]?.lastRunAt).toBeUndefined();
      expect(found[2]).toMatchObject({
        ...{ verified: 1, failed: 0, inconclusive: 1, denied: 1, approved: 0 },
        ...{ lastDecidedAt: daysAgo(1), lastRunAt: daysAgo(2) },
      });
      expect(await book.versions('unknown')).toEqual([]);
    });
  });
}
