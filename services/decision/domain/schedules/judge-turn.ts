/** How late a run may begin: what was planned for the night is not begun in the morning. */
export const LATEST_START_MS = 60_000;

export interface PlannedTime {
  readonly plannedAt: Date;
  /** Before a crash. What was said then is said again. */
  readonly wasDecided: boolean;
  readonly isOneBeforeOpen: boolean;
}

export type Turn = { readonly is: 'run' } | { readonly is: 'skipped'; readonly code: SkipCode };
export type SkipCode = 'missed' | 'still_open';

/** What becomes of a planned time that has come. Skipped rather than run twice, or at the same time. */
export function judgeTurn({ plannedAt, wasDecided, isOneBeforeOpen }: PlannedTime, now: Date): Turn {
  if (wasDecided) return { is: 'run' };
  if (now.getTime() - plannedAt.getTime() > LATEST_START_MS) return { is: 'skipped', code: 'missed' };
  return isOneBeforeOpen ? { is: 'skipped', code: 'still_open' } : { is: 'run' };
}

/** The first planned time behind a moment. */
export type PlannedAfter = (after: Date) => Date | undefined;

export interface NextTurn {
  /** Undefined where none comes any more. */
  readonly at: Date | undefined;
  /** Planned times between that are missed by now; as many as that, or more. */
  readonly further: number;
}

const MOST_COUNTED = 100;

/** The planned time to wait for behind one that had its turn. */
export function nextTurn(plannedAfter: PlannedAfter, plannedAt: Date, now: Date): NextTurn {
  const earliestMs = now.getTime() - LATEST_START_MS;
  let at = plannedAfter(plannedAt);
  for (let further = 0; ; further += 1) {
    if (!at || at.getTime() >= earliestMs) return { at, further };
    // A minutely one after a month away is not counted to its end.
    if (further === MOST_COUNTED) return { at: plannedAfter(new Date(earliestMs - 1)), further };
    at = plannedAfter(at);
  }
}
