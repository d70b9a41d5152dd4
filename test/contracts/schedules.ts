import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outgoing } from '#lib/events/event.ts';
import { claimRows } from '#lib/sql/claim-rows.ts';
import type { Sql } from '#lib/sql/open-sql.ts';
import type { DecisionTables } from '../../services/decision/adapters/decision-tables.ts';
import { migrations } from '../../services/decision/adapters/migrations.ts';
import { sqlCases } from '../../services/decision/adapters/sql-cases.ts';
import { sqlRunRequests } from '../../services/decision/adapters/sql-run-requests.ts';
import { sqlSchedules } from '../../services/decision/adapters/sql-schedules.ts';
import { stepOf } from '../../services/decision/handlers/case-events.ts';
import type { Cases, PlannedRun, Schedules } from '../../services/decision/ports.ts';
import type { Case } from '../../services/decision/domain/cases/case.ts';
import type { SqlServer } from './sql/sql-subject.ts';

const three = new Date('2026-03-03T03:00:00Z');
const after = (seconds: number) => new Date(three.getTime() + seconds * 1_000);
const DAILY = '0 3 * * * UTC';
const RUN = { is: 'run', isOver: false } as const;
const OVER = { is: 'run', isOver: true } as const;

/** What is kept of planned times, on every database. */
export function schedulesContract(name: string, open: () => Promise<SqlServer>): void {
  describe(`schedules contract: ${name}`, () => {
    let server: SqlServer;
    let sql: Sql<DecisionTables>;
    let schedules: Schedules;
    let cases: Cases;
    beforeAll(async () => {
      server = await open();
      sql = await server.open<DecisionTables>({ schema: 'schedules', migrations });
      const pokes = { source: 'belay/decision', onEvents: () => {}, onDue: () => {} };
      schedules = sqlSchedules({ db: sql.db, ...pokes });
      cases = sqlCases({ db: sql.db, ...pokes });
    }, 60_000);
    afterAll(async () => {
      await sql?.close();
      await server?.stop();
    });

    const before = after(-60);
    /** Alone in what is planned: it is what `keep` says. */
    const wanting = (runbook: string, at = three, timetable = DAILY, now = before) =>
      schedules.keep([{ runbook, timetable, nextAt: () => at }], now);
    const rowsOf = (runbook: string) =>
      sql.db
        .selectFrom('planned_runs')
        .select(['planned_at', 'state'])
        .where('runbook', '=', runbook)
        .orderBy('planned_at')
        .execute();
    const claim = async (now: Date, owner = 'a'): Promise<PlannedRun[]> => {
      const rows = await claimRows(sql.db, 'planned_runs', { now, limit: 10, leaseMs: 30_000, owner });
      return rows.map(({ planned_at: plannedAt, ...row }) => ({ ...row, plannedAt }));
    };
    const only = async (now: Date): Promise<PlannedRun> => {
      const [run, ...others] = await claim(now);
      if (!run || others.length > 0) throw new Error(`${others.length} others are due as well`);
      return run;
    };

    it('keeps one planned time for each, whoever plans it and however often', async () => {
      await Promise.all([wanting('one'), wanting('one'), wanting('one', after(60))]);
      await wanting('one', after(600));
      const [first] = await rowsOf('one');
      expect(first).toEqual({ planned_at: three, state: 'planned' });
      await wanting('one', after(30), '* * * * * UTC');
      expect(await rowsOf('one')).toEqual([{ planned_at: after(30), state: 'planned' }]);
      await schedules.keep([], before);
      expect(await rowsOf('one')).toEqual([]);
    });

    it('leaves a time that has come to whoever gives it its turn, also when a new timetable comes right behind it', async () => {
      await wanting('changed');
      const tomorrow = after(86_400);
      await wanting('changed', tomorrow, '0 3 * * 1-5 UTC', after(0.2));
      const rows = [
        { planned_at: three, state: 'planned' },
        { planned_at: tomorrow, state: 'planned' },
      ];
      expect(await rowsOf('changed')).toEqual(rows);
      const [run] = await claim(after(1));
      expect(run).toMatchObject({ runbook: 'changed', plannedAt: three });
      await schedules.finish(
        run as PlannedRun,
        OVER,
        { at: tomorrow, timetable: '0 3 * * 1-5 UTC' },
        after(1),
      );
      expect((await rowsOf('changed'))[1]).toEqual(rows[1]);
      await schedules.keep([], before);
      expect(await rowsOf('changed')).toEqual([{ planned_at: three, state: 'run' }]);
    });

    it('gives a planned time to one of those that race for it, and to nobody once more', async () => {
      for (let round = 0; round < 20; round += 1) {
        const runbook = `race-${round}`;
        await wanting(runbook);
        const claims = await Promise.all([claim(three, 'a'), claim(three, 'b')]);
        expect(claims.flat()).toHaveLength(1);
        await schedules.finish(claims.flat()[0] as PlannedRun, OVER, undefined, three);
        // An instance that is behind plans the same time again.
        await wanting(runbook);
        expect(await claim(after(60))).toEqual([]);
        expect(await rowsOf(runbook)).toEqual([{ planned_at: three, state: 'run' }]);
      }
    });

    it('gives it to the next one when whoever held it has died, and takes nothing more from the first', async () => {
      await wanting('dies');
      const first = await only(three);
      expect(await claim(after(29))).toEqual([]);
      const second = await only(after(31));
      const next = { at: after(86_400), timetable: DAILY };
      await schedules.finish(first, { is: 'dropped' }, next, after(32));
      expect(await rowsOf('dies')).toEqual([{ planned_at: three, state: 'planned' }]);
      await schedules.finish(second, OVER, next, after(33));
      expect(await rowsOf('dies')).toEqual([
        { planned_at: three, state: 'run' },
        { planned_at: next.at, state: 'planned' },
      ]);
    });

    it('does not take what somebody works on', async () => {
      await wanting('held');
      const held = await only(three);
      await schedules.keep([], before);
      expect(await rowsOf('held')).toHaveLength(1);
      await schedules.finish(held, { is: 'dropped' }, undefined, three);
      expect(await rowsOf('held')).toEqual([{ planned_at: three, state: 'dropped' }]);
    });

    it('says that one was skipped with the same transaction', async () => {
      await wanting('skips');
      const event = outgoing('RunSkipped', {
        actor: { kind: 3, name: 'decision' },
        runbook: { name: 'skips', version: 1, digest: 'sha256:1' },
        plannedAt: three,
        code: 'missed',
        reason: 'nobody could begin it within 60 s',
        skippedAt: after(90),
        further: 0,
      });
      const run = await only(after(90));
      await schedules.finish(run, { is: 'skipped', event }, undefined, after(90));
      await schedules.finish(run, { is: 'skipped', event }, undefined, after(91));
      const said = await sql.db.selectFrom('outbox').select('topic').execute();
      expect(said.map(({ topic }) => topic)).toEqual(['audit']);
    });

    it('knows whether the run before is open: by its action, or by what waits', async () => {
      await wanting('open');
      const open = await only(three);
      await schedules.begin(open, 'inc-1');
      await schedules.finish(open, RUN, undefined, three);
      const isOpen = (runbook: string, now: Date) => schedules.isOpen(runbook, now, now);
      expect(await isOpen('open', after(60))).toBe(true);
      expect(await isOpen('other', after(60))).toBe(false);
      // It is not in the way of itself.
      expect(await schedules.isOpen('open', three, after(60))).toBe(false);
      // Nothing takes as long as that: it does not keep the next one from running for ever.
      expect(await isOpen('open', after(3 * 86_400))).toBe(false);
      await schedules.settled('inc-of-no-run');
      expect(await isOpen('open', after(60))).toBe(true);
      await schedules.settled('inc-1');
      expect(await isOpen('open', after(60))).toBe(false);

      await wanting('asks', after(3_600));
      const asks = await only(after(3_600));
      await schedules.begin(asks, 'inc-asks');
      await schedules.finish(asks, RUN, undefined, after(3_600));
      await cases.open(caseOf('dec-asks', 'inc-asks'), after(3_600));
      expect(await isOpen('asks', after(3_700))).toBe(true);
      await cases.advance('dec-asks', stepOf({ type: 'not_planned', reason: 'x' }, after(3_700)));
      expect(await isOpen('asks', after(3_700))).toBe(false);
    });

    it('knows of an end that came before whoever began it could note that, or died', async () => {
      await wanting('crash');
      const first = await only(three);
      await schedules.begin(first, 'inc-crash');
      await schedules.settled('inc-crash');
      const second = await only(after(31));
      await schedules.begin(second, 'inc-crash');
      await schedules.finish(second, RUN, undefined, after(32));
      expect(await schedules.isOpen('crash', after(60), after(60))).toBe(false);
    });

    it('is not kept open by one that was begun and then skipped: nobody came back to decide it in time', async () => {
      await wanting('late');
      await schedules.begin(await only(three), 'inc-late');
      const late = await only(after(90));
      const event = outgoing('RunSkipped', {
        actor: { kind: 3, name: 'decision' },
        runbook: { name: 'late', version: 1, digest: 'sha256:1' },
        plannedAt: three,
        code: 'missed',
        reason: 'nobody could begin it within 60 s',
        skippedAt: after(90),
        further: 0,
      });
      await schedules.finish(late, { is: 'skipped', event }, undefined, after(90));
      expect(await schedules.isOpen('late', after(120), after(120))).toBe(false);
    });

    it('knows the request of a run by hand for a day, for what it was first used for, whoever races', async () => {
      const requests = sqlRunRequests(sql.db);
      const racers = ['pod a', 'pod b', 'pod a'].map((content) => requests.use('req-1', content, three));
      const same = (await Promise.all(racers)).map(({ isSame }) => isSame);
      expect([
        [true, false, true],
        [false, true, false],
      ]).toContainEqual(same);
      const again = await requests.use('req-1', same[0] ? 'pod a' : 'pod b', after(86_000));
      expect(again).toEqual({ firstUsedAt: three, isSame: true });
      const later = after(86_401);
      expect(await requests.use('req-1', 'pod c', later)).toEqual({ firstUsedAt: later, isSame: true });
    });

    it('forgets what had its turn a month ago', async () => {
      const month = after(31 * 86_400);
      await wanting('old', month);
      expect(await rowsOf('open')).toHaveLength(1);
      await schedules.finish(await only(month), { is: 'dropped' }, undefined, month);
      expect(await rowsOf('open')).toEqual([]);
      expect(await rowsOf('old')).toHaveLength(1);
    });
  });
}

const caseOf = (decisionId: string, incidentId: string): Case => ({
  decisionId,
  incidentId,
  externalId: '',
  attempt: 1,
  openedAt: three,
  state: 'planning',
  record: '{}',
  asks: undefined,
  escalate: '',
  dueAt: after(7_200),
  planned: undefined,
  request: undefined,
  answers: [],
  notifiedAt: undefined,
  grant: undefined,
  isTaking: false,
  ending: undefined,
});
