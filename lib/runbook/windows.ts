import type { Guardrails, TimeWindow, Weekday } from './runbook.ts';
import { zonedParts } from './zoned-parts.ts';

type Windows = Pick<Guardrails, 'allowedWindows' | 'blackoutWindows'>;

export interface WindowVerdict {
  readonly isOpen: boolean;
  /** The moment as the deciding window's clocks show it. */
  readonly observed: string;
  readonly limit: string;
}

/** Whether the windows let a runbook act at this moment; undefined where it has none. */
export function judgeWindows(windows: Windows, now: Date): WindowVerdict | undefined {
  const { allowedWindows, blackoutWindows } = windows;
  const all = [...allowedWindows, ...blackoutWindows];
  if (all.length === 0) return undefined;
  const closed = blackoutWindows.find((window) => isInside(window, now));
  const allowed = allowedWindows.find((window) => isInside(window, now));
  const deciding = closed ?? allowed ?? all[0];
  const observed = deciding ? clockOf(deciding, now) : '';
  if (closed) return { isOpen: false, observed, limit: `not ${windowText(closed)}` };
  const limit = [
    ...allowedWindows.map(windowText),
    ...blackoutWindows.map((window) => `not ${windowText(window)}`),
  ].join(', ');
  return { isOpen: allowedWindows.length === 0 || allowed !== undefined, observed, limit };
}

/** Whether there is a minute of the week at which the windows of one zone leave a runbook free to act. */
export function everOpens({ allowedWindows, blackoutWindows }: Windows): boolean {
  const opens = allowedWindows.filter(({ from, to }) => from !== to);
  if (allowedWindows.length > 0 && opens.length === 0) return false;
  const zones = new Set([...opens, ...blackoutWindows].map(({ timeZone }) => timeZone));
  // Zones move against each other over the year: between two of them nothing is said to be never.
  if (zones.size > 1 || blackoutWindows.length === 0) return true;
  const closed = new Uint8Array(WEEK_MINUTES);
  for (const [start, end] of blackoutWindows.flatMap(spansOf)) closed.fill(1, start, end);
  const spans = opens.length === 0 ? [[0, WEEK_MINUTES]] : opens.flatMap(spansOf);
  return spans.some(([start, end]) => closed.subarray(start, end).includes(0));
}

export function windowText({ days, from, to, timeZone }: TimeWindow): string {
  const when = days.length === DAYS.length ? 'daily' : DAYS.filter((day) => days.includes(day)).join(' ');
  return `${when} ${from}-${to} ${timeZone}`;
}

const DAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const DAY_MINUTES = 1_440;
const WEEK_MINUTES = 7 * DAY_MINUTES;

function isInside(window: TimeWindow, now: Date): boolean {
  const { day, hour, minute } = momentIn(window, now);
  return covers(window, DAYS.indexOf(day), hour * 60 + minute);
}

function covers({ days, from, to }: TimeWindow, day: number, minute: number): boolean {
  const begins = (index: number): boolean => days.includes(DAYS[(index + 7) % 7] ?? 'mon');
  const [start, end] = [minutesOf(from), minutesOf(to)];
  if (start <= end) return begins(day) && start <= minute && minute < end;
  return (begins(day) && minute >= start) || (begins(day - 1) && minute < end);
}

/** The minutes of a week that it holds, from Monday on. What goes past Sunday is at the beginning. */
function spansOf({ days, from, to }: TimeWindow): readonly (readonly [start: number, end: number])[] {
  const [first, last] = [minutesOf(from), minutesOf(to)];
  const minutes = first <= last ? last - first : last - first + DAY_MINUTES;
  return days.flatMap((day) => {
    const start = DAYS.indexOf(day) * DAY_MINUTES + first;
    const end = start + minutes;
    const past = [0, end - WEEK_MINUTES] as const;
    return end > WEEK_MINUTES ? [[start, WEEK_MINUTES] as const, past] : [[start, end] as const];
  });
}

function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
}

function clockOf(window: TimeWindow, now: Date): string {
  const { day, hour, minute } = momentIn(window, now);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${day} ${two(hour)}:${two(minute)} ${window.timeZone}`;
}

function momentIn({ timeZone }: TimeWindow, now: Date): { day: Weekday; hour: number; minute: number } {
  const parts = zonedParts(now, timeZone);
  const name = parts.get('weekday')?.toLowerCase();
  return {
    day: DAYS.find((day) => day === name) ?? 'mon',
    hour: Number(parts.get('hour')),
    minute: Number(parts.get('minute')),
  };
}
