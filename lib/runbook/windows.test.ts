import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TimeWindow, Weekday } from './runbook.ts';
import { everOpens, judgeWindows, windowText } from './windows.ts';

const ALL: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const window = (change: Partial<TimeWindow> = {}): TimeWindow => ({
  days: ALL,
  from: '01:00',
  to: '05:00',
  timeZone: 'UTC',
  ...change,
});
const isOpen = (allowedWindows: TimeWindow[], now: string, blackoutWindows: TimeWindow[] = []) =>
  judgeWindows({ allowedWindows, blackoutWindows }, new Date(now))?.isOpen;

// 2026-03-03 is a Tuesday.
describe('a window', () => {
  it('holds its first minute and not its last', () => {
    expect(isOpen([window()], '2026-03-03T00:59:59Z')).toBe(false);
    expect(isOpen([window()], '2026-03-03T01:00:00Z')).toBe(true);
    expect(isOpen([window()], '2026-03-03T04:59:59Z')).toBe(true);
    expect(isOpen([window()], '2026-03-03T05:00:00Z')).toBe(false);
  });

  it('past midnight belongs to the day on which it begins', () => {
    const monday = [window({ days: ['mon'], from: '22:00', to: '06:00' })];
    expect(isOpen(monday, '2026-03-02T21:59:00Z')).toBe(false);
    expect(isOpen(monday, '2026-03-02T22:00:00Z')).toBe(true);
    expect(isOpen(monday, '2026-03-03T05:59:00Z')).toBe(true);
    expect(isOpen(monday, '2026-03-03T22:00:00Z')).toBe(false);
    // The night from Sunday to Monday is Sunday's.
    expect(isOpen(monday, '2026-03-02T02:00:00Z')).toBe(false);
    expect(isOpen([window({ days: ['sun'], from: '22:00', to: '06:00' })], '2026-03-02T02:00:00Z')).toBe(
      true,
    );
  });

  it('is read on the clocks of its zone, also after they change', () => {
    const berlin = [window({ timeZone: 'Europe/Berlin' })];
    expect(isOpen(berlin, '2026-03-03T00:30:00Z')).toBe(true);
    expect(isOpen(berlin, '2026-07-07T00:30:00Z')).toBe(true);
    expect(isOpen(berlin, '2026-03-03T03:30:00Z')).toBe(true);
    expect(isOpen(berlin, '2026-07-07T03:30:00Z')).toBe(false);
  });

  it('of a whole day holds all of it', () => {
    const whole = [window({ from: '00:00', to: '24:00' })];
    expect(isOpen(whole, '2026-03-03T00:00:00Z')).toBe(true);
    expect(isOpen(whole, '2026-03-03T23:59:59Z')).toBe(true);
  });
});

describe('windows', () => {
  it('that are not there say nothing', () => {
    expect(isOpen([], '2026-03-03T12:00:00Z')).toBeUndefined();
  });

  it('close where a blackout covers them', () => {
    expect(isOpen([window()], '2026-03-03T02:00:00Z', [window({ to: '03:00' })])).toBe(false);
    expect(isOpen([window()], '2026-03-03T03:00:00Z', [window({ to: '03:00' })])).toBe(true);
    expect(isOpen([], '2026-03-03T12:00:00Z', [window()])).toBe(true);
  });

  it('say what the clock shows and when they would be open', () => {
    const weekend = window({ days: ['sun', 'sat'], timeZone: 'Europe/Berlin' });
    const verdict = judgeWindows(
      { allowedWindows: [weekend], blackoutWindows: [] },
      new Date('2026-03-03T12:05:00Z'),
    );
    expect(verdict).toEqual({
      isOpen: false,
      observed: 'tue 13:05 Europe/Berlin',
      limit: 'sat sun 01:00-05:00 Europe/Berlin',
    });
    expect(windowText(window())).toBe('daily 01:00-05:00 UTC');
  });
});

const minute = fc.integer({ min: 0, max: 1_439 });
const text = (at: number) =>
  `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`;
const windows = fc.array(
  fc
    .record({ days: fc.uniqueArray(fc.constantFrom(...ALL), { minLength: 1 }), from: minute, to: minute })
    .map(({ days, from, to }) => window({ days, from: text(from), to: text(to) })),
  { maxLength: 2 },
);

it('are said never to open only where no minute of a week is open', () => {
  fc.assert(
    fc.property(
      windows,
      windows,
      fc.integer({ min: 0, max: 10_079 }),
      (allowedWindows, blackoutWindows, offset) => {
        const now = new Date(Date.UTC(2026, 2, 2, 0, offset));
        const verdict = judgeWindows({ allowedWindows, blackoutWindows }, now);
        expect(verdict?.isOpen !== true || everOpens({ allowedWindows, blackoutWindows })).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

const HOURS = Array.from({ length: 168 }, (_, hour) => new Date(Date.UTC(2026, 2, 2, hour)));

it('open some time exactly where an hour of the week is open', () => {
  // Whole hours: among minutes drawn at will those of a week are hardly ever all closed.
  const hours = fc.integer({ min: 0, max: 24 }).map((hour) => text(hour * 60));
  const wide = fc.array(
    fc
      .record({ days: fc.subarray([...ALL], { minLength: 1 }), from: hours, to: hours })
      .map(({ days, from, to }) => window({ days, from: from === '24:00' ? '00:00' : from, to })),
    { maxLength: 2 },
  );
  fc.assert(
    fc.property(wide, wide, (allowedWindows, blackoutWindows) => {
      const judge = (now: Date) => judgeWindows({ allowedWindows, blackoutWindows }, now)?.isOpen ?? true;
      expect(everOpens({ allowedWindows, blackoutWindows })).toBe(HOURS.some(judge));
    }),
    { numRuns: 200 },
  );
  expect(
    everOpens({ allowedWindows: [window()], blackoutWindows: [window({ from: '00:00', to: '12:00' })] }),
  ).toBe(false);
});
