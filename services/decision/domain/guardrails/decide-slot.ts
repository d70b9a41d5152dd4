import { closedBreaker } from './breaker.ts';
import { checkSlot, isTrial } from './check-slot.ts';
import { type StormCount, stormCount } from './check-storm.ts';
import {
  type BookedSlot,
  type GrantAnswer,
  type GuardrailBook,
  observe,
  type SlotStatus,
} from './guardrail-book.ts';
import type { Observed } from './observed.ts';
import { noteRecent } from './recent-runs.ts';
import { type ScopeKeys, scopeKeys } from './scope-keys.ts';
import type { About, SlotWants } from './slot-wants.ts';
import { countStorm, observeStorm, refillStorm, see } from './storm-book.ts';

export interface Asked {
  readonly decisionId: string;
  readonly record: string;
  readonly about: About;
  readonly wants: SlotWants | undefined;
  /** Somebody asked for this very action. */
  readonly byPerson?: boolean;
  readonly now: Date;
}

/** The first answer for a decision. Asking again changes nothing and gets that answer. */
export function decideSlot(book: GuardrailBook, asked: Asked, isPeek = false): BookedSlot {
  const { decisionId, about, wants, byPerson = false, now } = asked;
  const stored = book.slots.get(decisionId);
  if (stored) return askedAgain(book, stored, asked);
  see(book, about, now);
  if (!wants) return putSlot(book, { ...asked, checks: [], trial: false });
  const automatic = !isPeek && !byPerson;
  const observed = observeFor(book, { about, wants, byPerson, now }, automatic);
  const checks = checkSlot(observed, { decisionId, wants, now });
  const storm = stormCount(observed.storm, wants.limits.storm, now.getTime());
  if (storm) countStorm(book, about, storm, now);
  if (isPeek) return putSlot(book, { ...asked, wants: undefined, checks, trial: false });
  return putSlot(book, { ...asked, checks, storm, trial: isTrial(observed, wants, now) });
}

/**
 * What was noted is taken, if the guardrails agree now. A no changes nothing, and may be asked for again;
 * whatever else the slot has become stays as it is.
 */
export function grantSlot(book: GuardrailBook, asked: Asked & { readonly wants: SlotWants }): BookedSlot {
  const { decisionId, wants, now } = asked;
  const stored = book.slots.get(decisionId);
  if (stored && stored.status !== 'noted') return askedAgain(book, stored, asked);
  // A person's word is nobody's storm; it waits for the end of one, unless what it is about is a person's wish too.
  const observed = observeFor(book, asked, false);
  const granted = { checks: checkSlot(observed, { decisionId, wants, now }), at: now };
  const { record, checks, storm } = stored ?? { record: asked.record, checks: [], storm: undefined };
  if (isRefused(granted.checks))
    return {
      status: 'refused',
      record,
      checks,
      granted,
      storm,
      trial: false,
      wants: undefined,
      atMs: now.getTime(),
    };
  const trial = isTrial(observed, wants, now);
  return putSlot(book, { ...asked, record, checks, storm, granted, trial });
}

/** Whoever hears that it is held orders a moment later. */
function askedAgain(
  book: GuardrailBook,
  stored: BookedSlot,
  { decisionId, now }: Pick<Asked, 'decisionId' | 'now'>,
): BookedSlot {
  if (stored.status !== 'held') return stored;
  const slot = { ...stored, askedAtMs: now.getTime() };
  book.slots.set(decisionId, slot);
  return slot;
}

type AskedNow = Pick<Asked, 'about' | 'byPerson' | 'now'> & { readonly wants: SlotWants };

const observeFor = (
  book: GuardrailBook,
  { about, wants, byPerson = false, now }: AskedNow,
  automatic: boolean,
): Observed => ({
  ...observe(book, wants, now),
  storm: observeStorm(book, about, now, { automatic, byPerson }),
});

interface Answer extends Omit<Asked, 'about' | 'byPerson'>, Pick<BookedSlot, 'checks' | 'trial'> {
  readonly storm?: StormCount | undefined;
  readonly granted?: GrantAnswer | undefined;
}

/** Stores an answer that was given, and charges it where it was a yes. */
export function putSlot(book: GuardrailBook, answer: Answer): BookedSlot {
  const { decisionId, record, checks, granted } = answer;
  const status = statusOf({ ...answer, checks: granted?.checks ?? checks });
  const wants = status === 'held' ? answer.wants : undefined;
  const trial = status === 'held' && answer.trial;
  const atMs = (granted?.at ?? answer.now).getTime();
  const { storm } = answer;
  const slot: BookedSlot = { status, record, checks, storm, granted, trial, wants, atMs };
  book.slots.set(decisionId, slot);
  if (wants) {
    const keys = scopeKeys(wants);
    charge(book, decisionId, keys, slot);
    noteRecent(book.recent, keys.run, { wants, atMs });
  }
  return slot;
}

/** What the log says of a decision. What is stored already stays. */
export function refillSlot(book: GuardrailBook, logged: Logged): void {
  if (book.slots.has(logged.decisionId)) return;
  refillStorm(book, logged);
  putSlot(book, { ...logged, now: logged.decidedAt });
}

interface Logged extends Omit<Answer, 'now'> {
  readonly about?: About;
  readonly decidedAt: Date;
}

/** What the guardrails' checks make of a decision. */
export function statusOf({ checks, wants }: Pick<BookedSlot, 'checks' | 'wants'>): SlotStatus {
  if (isRefused(checks)) return 'refused';
  return wants ? 'held' : 'noted';
}

const isRefused = (checks: BookedSlot['checks']): boolean => checks.some(({ result }) => result === 'refuse');

function charge(book: GuardrailBook, decisionId: string, keys: ScopeKeys, { atMs, trial }: BookedSlot): void {
  getOrAdd(book.executions, keys.run, () => new Map<string, number>()).set(decisionId, atMs);
  getOrAdd(book.attempts, keys.attempts, () => new Map<string, number>()).set(decisionId, atMs);
  for (const scope of Object.values<string>({ ...keys.budget }))
    getOrAdd(book.budget, scope, () => new Map<string, number>()).set(decisionId, atMs);
  for (const scope of Object.values<string>({ ...keys.running }))
    getOrAdd(book.running, scope, () => new Set<string>()).add(decisionId);
  book.locks.set(keys.workload, decisionId);
  if (!trial) return;
  const breaker = book.breakers.get(keys.runbook) ?? closedBreaker;
  book.breakers.set(keys.runbook, { ...breaker, trial: decisionId });
}

function getOrAdd<T>(map: Map<string, T>, key: string, create: () => T): T {
  const found = map.get(key) ?? create();
  map.set(key, found);
  return found;
}
