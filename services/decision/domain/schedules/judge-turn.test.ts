import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRun, type Timetable } from '#lib/runbook/next-run.ts';
import { judgeTurn, LATEST_START_MS, nextTurn } from './judge-turn.ts';

const at = (text: string) => new Date(`2026-03-03T${text}Z`);
const planned = { plannedAt: at('03:00:00'), wasDecided: false, isOneBeforeOpen: false };

describe('a planned time', () => {
  it('is run within a minute, and skipped behind it', () => {
    expect(judgeTurn(planned, at('03:00:00'))).toEqual({ is: 'run' });
    expect(judgeTurn(planned, at('03:01:00'))).toEqual({ is: 'run' });
    expect(judgeTurn(planned, at('03:01:00.001'))).toEqual({ is: 'skipped', code: 'missed' });
  });

  it('is skipped while the run before it is open', () => {
    expect(judgeTurn({ ...planned, isOneBeforeOpen: true }, at('03:00:00'))).toEqual({
      is: 'skipped',
      code: 'still_open',
    });
  });

  it('that was decided before a crash is gone through with, however late', () => {
    expect(judgeTurn({ ...planned, wasDecided: true, isOneBeforeOpen: true }, at('09:00:00'))).toEqual({
      is: 'run',
    });
  });
});

it('what went by in a minutely one is counted up to a hundred, and none of it waited for', () => {
  const minutely = (after: Date) => nextRun({ cron: '* * * * *', timeZone: 'UTC' }, after);
  expect(nextTurn(minutely, at('03:00:00'), at('03:10:30'))).toEqual({ at: at('03:10:00'), further: 9 });
  const days = new Date('2026-04-03T03:10:30Z');
  expect(nextTurn(minutely, at('03:00:00'), days)).toEqual({
    at: new Date('2026-04-03T03:10:00Z'),
    further: 100,
  });
});

/** Clocks of two instances, over the changes of summer time, on rows that only one of them can claim. */
const timetable = fc.constantFrom(
  { cron: '30 2 * * *', timeZone: 'Europe/Berlin' },
  { cron: '*/20 1-3 * * *', timeZone: 'Europe/Berlin' },
  { cron: '*/7 * * * *', timeZone: 'America/New_York' },
  { cron: '0 0 * * 0', timeZone: 'Australia/Lord_Howe' },
);
const start = fc.constantFrom('2026-03-28T22:00:00Z', '2026-10-24T22:00:00Z', '2026-11-01T04:00:00Z');
const look = fc.record({
  waitMs: fc.constantFrom(0, 1_000, 30_000, 60_001, 600_000, 3_600_000, 9_000_000),
  /** Ends behind the start of a run and before it is noted. */
  dies: fc.boolean(),
  isOneBeforeOpen: fc.constantFrom(false, false, true),
});

it('every planned time is run at most once or said to be skipped, under restarts and two instances', () => {
  fc.assert(
    fc.property(timetable, start, fc.array(look, { minLength: 5, maxLength: 60 }), (table, from, looks) => {
      const plannedAfter = remembered(table);
      let now = new Date(from);
      const began = now;
      let waiting = plannedAfter(now);
      const decided = new Set<string>();
      const runs: Date[] = [];
      const skipped: Date[] = [];
      const latenessMs = [0];
      for (const { waitMs, dies, isOneBeforeOpen } of looks) {
        now = new Date(now.getTime() + waitMs);
        // Whoever is not first finds the row claimed, or its planned time had.
        if (!waiting || waiting > now) continue;
        const id = waiting.toISOString();
        const turn = judgeTurn({ plannedAt: waiting, wasDecided: decided.has(id), isOneBeforeOpen }, now);
        if (turn.is === 'run' && !decided.has(id)) {
          latenessMs.push(now.getTime() - waiting.getTime());
          runs.push(waiting);
          decided.add(id);
        }
        if (turn.is === 'run' && dies) continue;
        const next = nextTurn(plannedAfter, waiting, now);
        if (turn.is === 'skipped') skipped.push(waiting);
        skipped.push(...timesBetween(plannedAfter, waiting, next.further));
        waiting = next.at;
      }
      const had = [...runs, ...skipped].map((time) => time.toISOString());
      expect(Math.max(...latenessMs)).toBeLessThanOrEqual(LATEST_START_MS);
      expect(new Set(had).size).toBe(had.length);
      // None is forgotten: they are all that the timetable has until the one that is waited for.
      expect(had.toSorted()).toEqual(expected(plannedAfter, began, waiting, decided));
    }),
    { numRuns: 100 },
  );
});

/** Looking a time up costs more than all else here. */
const known = new Map<string, Date | undefined>();
const remembered = (table: Timetable) => (after: Date) => {
  const key = `${table.cron} ${table.timeZone} ${after.toISOString()}`;
  if (!known.has(key)) known.set(key, nextRun(table, after));
  return known.get(key);
};

function timesBetween(plannedAfter: (after: Date) => Date | undefined, from: Date, count: number): Date[] {
  const times: Date[] = [];
  for (let at = plannedAfter(from); at && times.length < count; at = plannedAfter(at)) times.push(at);
  return times;
}

function expected(
  plannedAfter: (after: Date) => Date | undefined,
  from: Date,
  waiting: Date | undefined,
  decided: ReadonlySet<string>,
): string[] {
  const times: string[] = [];
  for (let at = plannedAfter(from); at && waiting && at < waiting; at = plannedAfter(at))
    times.push(at.toISOString());
  // Decided, and not noted yet.
  if (waiting && decided.has(waiting.toISOString())) times.push(waiting.toISOString());
  return times;
}
