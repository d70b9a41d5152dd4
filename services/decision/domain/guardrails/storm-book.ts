import type { StormCount } from './check-storm.ts';
import type { StormObserved } from './observed.ts';
import { serviceKey, stormKeys } from './scope-keys.ts';
import type { About } from './slot-wants.ts';
import { type StandingStorm, standingStorms } from './standing-storms.ts';
import {
  noStorm,
  SEEN_WINDOW_MS,
  STORM_WINDOW_MS,
  type Storm,
  type StormScope,
  stormAfter,
  stormEndsAtMs,
} from './storm.ts';
import { countSince, note, type Windows } from './windows.ts';

/** What storms are told by: of each source, and of all. */
export interface StormBook {
  /** Services, with when they were last decided about. */
  readonly seen: Windows;
  /** Services, with when they were last about to be acted on automatically. */
  readonly asked: Windows;
  readonly storms: Map<string, Storm>;
}

export const emptyStormBook = (): StormBook => ({ seen: new Map(), asked: new Map(), storms: new Map() });

/** A service is seen with every decision about it. */
export function see(book: StormBook, about: About, now: Date): void {
  for (const scope of Object.values(stormKeys(about))) note(book.seen, scope, serviceKey(about), now);
}

/** `automatic`: it is to run by itself, and counts. Nobody else does. */
export function observeStorm(
  book: StormBook,
  about: About,
  now: Date,
  who: Pick<StormObserved, 'automatic' | 'byPerson'>,
): StormObserved {
  const keys = stormKeys(about);
  if (who.automatic) ask(book, about, now);
  return { ...who, ofSource: scopeIn(book, keys.source, now), inAll: scopeIn(book, keys.all, now) };
}

export function stormsIn(book: StormBook, now: Date): readonly StandingStorm[] {
  const scopes = [...book.storms.keys()].map((scope) => [scope, scopeIn(book, scope, now)] as const);
  return standingStorms(new Map(scopes), now.getTime());
}

const scopeIn = (book: StormBook, scope: string, now: Date): StormScope => ({
  ...(book.storms.get(scope) ?? noStorm),
  count: countSince(book.asked.get(scope), now.getTime() - STORM_WINDOW_MS),
  seen: countSince(book.seen.get(scope), now.getTime() - SEEN_WINDOW_MS),
});

export function countStorm(book: StormBook, about: About, counted: StormCount, now: Date): void {
  const { source, all } = stormKeys(about);
  for (const [scope, level] of [
    [source, counted.ofSource],
    [all, counted.inAll],
  ] as const) {
    if (level === 'calm') continue;
    book.storms.set(scope, stormAfter(book.storms.get(scope) ?? noStorm, level, now.getTime()));
  }
}

/** What the log says of a decision. */
export function refillStorm(
  book: StormBook,
  { about, storm, decidedAt }: { about?: About; storm?: StormCount | undefined; decidedAt: Date },
): void {
  if (!about) return;
  see(book, about, decidedAt);
  if (!storm) return;
  ask(book, about, decidedAt);
  countStorm(book, about, storm, decidedAt);
}

export function forgetStorms({ storms }: StormBook, nowMs: number): void {
  for (const [scope, storm] of storms) if (nowMs >= stormEndsAtMs(storm)) storms.delete(scope);
}

function ask(book: StormBook, about: About, now: Date): void {
  for (const scope of Object.values(stormKeys(about))) note(book.asked, scope, serviceKey(about), now);
}
