import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlannedFor, nextRun } from './next-run.ts';
import { isCron } from './schema/cron.ts';

const times = (cron: string, timeZone: string, from: string, count: number): string[] => {
  const found: string[] = [];
  for (let at = nextRun({ cron, timeZone }, new Date(from)); at && found.length < count; ) {
    found.push(at.toISOString().slice(0, 16));
    at = nextRun({ cron, timeZone }, at);
  }
  return found;
};

describe('a planned time', () => {
  it('that the clocks leave out is the moment behind the gap, and comes once', () => {
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z', 3)).toEqual([
      '2026-03-28T01:30',
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
  });

  it('that the clocks show twice comes once', () => {
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
  });

  it('that comes every so often goes on through both', () => {
    expect(times('*/30 * * * *', 'Europe/Berlin', '2026-10-25T00:10:00Z', 3)).toEqual([
      '2026-10-25T00:30',
      '2026-10-25T01:00',
      '2026-10-25T01:30',
    ]);
  });
});

it('each one lies behind the one before, on a minute', () => {
  const zone = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
  );
  const cron = fc.constantFrom(
    '* * * * *',
    '*/17 * * * *',
    '30 2 * * *',
    '0 3 1,15 * 1',
    '15 1-3 * * 0',
    '0 0 29 2 *',
  );
  const from = fc.date({ min: new Date('2025-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(cron, zone, from, (expression, timeZone, after) => {
      const next = nextRun({ cron: expression, timeZone }, after);
      expect(next && next > after).toBe(true);
      expect((next?.getTime() ?? 1) % 60_000).toBe(0);
      // Whoever looks from anywhere before it comes to the same.
      const between = new Date((after.getTime() + (next?.getTime() ?? 0)) / 2);
      expect(nextRun({ cron: expression, timeZone }, between)).toEqual(next);
      expect(next && isPlannedFor({ cron: expression, timeZone }, next)).toBe(true);
      expect(isPlannedFor({ cron: expression, timeZone }, between)).toBe(
        between.getTime() === next?.getTime(),
      );
    }),
    { numRuns: 200 },
  );
});

it.each([
  ['*/5 1-3 * * 0,6', true],
  ['0 3 * * MON-FRI', true],
  ['0 3 * * 7', true],
  ['0 0 29 2 *', true],
  ['0 0 30 2 *', false],
  ['61 * * * *', false],
  ['* * * *', false],
  ['* * * * * *', false],
  ['@daily', false],
  ['? * * * *', false],
  ['0 3 * * 1\n', false],
])('%j is an expression: %s', (text, is) => {
  expect(isCron(text)).toBe(is);
});
