import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Log,
  type OnStep,
  playStory,
  type Step,
  stories,
  type Told,
} from '../../../../test/support/guardrail-stories.ts';
import type { DecideRequest, Grant, GrantRequest, Settlement, Slot } from '../../ports.ts';
import { forgetOld } from './forget-old.ts';
import { decideSlot, grantSlot, refillSlot } from './decide-slot.ts';
import { emptyBook, type GuardrailBook } from './guardrail-book.ts';
import { inOrder } from './in-order.ts';
import { type BreakerReset, breakerOf, resetBreaker } from './reset-breaker.ts';
import { settleSlot } from './settle-slot.ts';
import type { BudgetLimits, SlotWants } from './slot-wants.ts';
import { isWithdrawn, withdrawSlot, type Withdrawal } from './withdraw-slot.ts';

const RUNS = 260;
const STEPS = 110;
/** A prime: every place of a story is looked at in some run. */
const LOOK_EVERY = 13;

it(`keeps every cap over ${RUNS * STEPS} steps, and is what its log says`, async () => {
  let steps = 0;
  let held = 0;
  let trials = 0;
  let storms = 0;
  let letThrough = 0;
  await fc.assert(
    fc.asyncProperty(stories(STEPS), async (story) => {
      const { player, book } = bookPlayer();
      const judge: OnStep = (step, told) => {
        steps += 1;
        const slot = told.answers.at(-1);
        if ((step.what === 'ask' || step.what === 'peek') && step.wants && slot) {
          expectCounted(step, slot, told);
          held += slot.status === 'held' ? 1 : 0;
          trials += slot.trial ? 1 : 0;
          storms += 'storm' in slot && slot.storm?.pages ? 1 : 0;
          letThrough += slot.status === 'held' && isInStorm(slot) ? 1 : 0;
        }
        expectCaps(told);
        if (steps % LOOK_EVERY !== 0) return;
        expectStormsHold(told);
        expectSame(book(), rebuilt(told), told);
      };
      await playStory(story, player, judge);
    }),
    { numRuns: RUNS, seed: 20_260_303 },
  );
  expect(steps).toBeGreaterThanOrEqual(20_000);
  // Stories in which nothing happens would prove nothing.
  expect(held).toBeGreaterThan(1_000);
  expect(trials).toBeGreaterThan(50);
  expect(storms).toBeGreaterThan(100);
  expect(letThrough).toBeGreaterThan(5);
}, 60_000);

const isInStorm = ({ checks }: Pick<Slot, 'checks'>): boolean =>
  checks.some(({ name, limit }) => name === 'storm' && limit.includes('a person asked'));

function bookPlayer() {
  let book = emptyBook();
  return {
    book: () => book,
    player: {
      decide: async (request: DecideRequest): Promise<Slot> => decideSlot(book, request, request.peek),
      grant: async (request: GrantRequest): Promise<Grant> => {
        const { status, granted, trial } = grantSlot(book, request);
        return { status, checks: granted?.checks ?? [], trial, at: granted?.at };
      },
      settle: async (settlement: Settlement) => {
        settleSlot(book, settlement);
        return undefined;
      },
      withdraw: async (withdrawal: Withdrawal) => isWithdrawn(withdrawSlot(book, withdrawal)?.status),
      resetBreaker: async (reset: BreakerReset) => {
        resetBreaker(book, reset);
        return breakerOf(book, reset.runbook);
      },
      rebuild: async (log: Log) => {
        book = rebuilt(log);
      },
    },
  };
}

function rebuilt(log: Log): GuardrailBook {
  const book = emptyBook();
  for (const happened of inOrder(log)) {
    if (happened.what === 'settled') settleSlot(book, happened.settlement);
    else if (happened.what === 'reset') resetBreaker(book, happened.reset);
    else refillSlot(book, happened.decision);
  }
  return book;
}

function expectSame(live: GuardrailBook, other: GuardrailBook, { nowMs, withdrawn }: Told): void {
  const now = new Date(nowMs);
  const [a, b] = [structuredClone(live), structuredClone(other)];
  for (const slots of [a.slots, b.slots]) for (const id of withdrawn) slots.delete(id);
  // What was withdrawn is still shown to people as taken last, by a store that has seen it.
  if (withdrawn.size > 0) for (const { recent } of [a, b]) recent.clear();
  // When it was asked again is nothing that the log knows.
  for (const [id, { askedAtMs: _asked, ...slot }] of a.slots) a.slots.set(id, slot);
  forgetOld(a, now);
  forgetOld(b, now);
  expect(b).toEqual(a);
}

/** A slot that was granted, with what has become of it: counted by hand, from the log alone. */
interface Granted {
  readonly id: string;
  readonly wants: SlotWants;
  readonly atMs: number;
  readonly trial: boolean;
  readonly outcomes: readonly Settlement[];
}

function granted({ decisions, settlements }: Told): Granted[] {
  return decisions.flatMap(({ decisionId, wants, decidedAt, granted: later, trial }) => {
    if (!wants) return [];
    const outcomes = settlements.filter((settlement) => settlement.decisionId === decisionId);
    return [{ id: decisionId, wants, atMs: (later?.at ?? decidedAt).getTime(), trial, outcomes }];
  });
}

const isHeld = ({ outcomes }: Granted) => outcomes.length === 0;
const isLocked = ({ outcomes }: Granted) => outcomes.every(({ outcome }) => outcome === 'unknown');
/** A reset forgets who tries. */
const isTrying = (slot: Granted, { resets }: Told) =>
  slot.trial &&
  isHeld(slot) &&
  !resets.some(({ runbook, at }) => runbook === slot.wants.runbook && at.getTime() >= slot.atMs);
const isCounted = ({ outcomes }: Granted) => outcomes[0]?.outcome !== 'none';

/** The numbers of an answer are those of what had happened before it, and it is a yes only below every limit. */
function expectCounted(
  step: Step & { what: 'ask' | 'peek' },
  slot: Pick<Slot, 'status' | 'checks'>,
  told: Told,
): void {
  const mine = step.wants as SlotWants;
  const id = told.decisions.at(-1)?.decisionId;
  const before = granted(told).filter((other) => other.id !== id);
  const same = (...keys: readonly (keyof SlotWants)[]) =>
    before.filter(({ wants }) => keys.every((key) => wants[key] === mine[key]));
  const held = (...keys: readonly (keyof SlotWants)[]) => same(...keys).filter(isHeld).length;
  const recent = (slots: readonly Granted[], ms = 3_600_000) =>
    slots.filter((s) => isCounted(s) && told.nowMs - s.atMs < ms).length;
  const runs = same('runbook', 'target', 'namespace', 'service');
  const [rate, attempts] = [recent(runs), recent(same('runbook', 'target', 'resource'))];
  const running = [
    held('runbook'),
    held(),
    held('target'),
    held('target', 'namespace'),
    held('target', 'namespace', 'service'),
  ];
  const observed = new Map(slot.checks.map((check) => [check.name, check.observed]));
  expect(observed.get('storm')?.replace('; a storm stands', '')).toBe(stormCounts(step, told));
  expect(observed.get('rate')).toBe(`${rate} in 60 min`);
  const day = [recent(before, 86_400_000), recent(same('target'), 86_400_000)] as const;
  expect(observed.get('budget')).toBe(`all ${day[0]}, target ${day[1]} in 24 h`);
  expect(observed.get('attempts')).toBe(`${attempts} in 60 min`);
  expect(observed.get('concurrency')?.match(/\d+/g)?.map(Number)).toEqual(running);

  const { limits } = mine;
  const { global, perTarget, perNamespace, perService } = limits.concurrency;
  const caps = [limits.maxConcurrentActions, global, perTarget, perNamespace, perService];
  const settled = runs.flatMap(({ outcomes: [first] }) =>
    first && first.outcome !== 'none' ? first.at.getTime() : [],
  );
  const cool =
    limits.cooldownMs === 0 ||
    (!runs.some(isHeld) && settled.every((endMs) => told.nowMs >= endMs + limits.cooldownMs));
  const free = !same('workload').some(isLocked);
  const below =
    rate < limits.maxExecutionsPerHour &&
    attempts < limits.maxAttemptsPerTarget &&
    isWithin(day, limits.budget) &&
    running.every((count, i) => count < (caps[i] ?? 0));
  const passes = (which: string) => slot.checks.find(({ name }) => name === which)?.result === 'pass';
  const [circuit, calm] = [passes('circuit'), passes('storm')];
  expect(step.byPerson && !calm).toBe(false);
  const tried = same('runbook').some((other) => isTrying(other, told));
  expect(tried && circuit).toBe(false);
  const yes = step.what === 'peek' ? 'noted' : 'held';
  expect(slot.status).toBe([below, cool, free, circuit, calm].every(Boolean) ? yes : 'refused');
  // What is promised lies ahead.
  const ends = slot.checks.flatMap(({ endsAt }) => endsAt?.getTime() ?? []);
  expect(ends.filter((endMs) => endMs <= told.nowMs)).toEqual([]);
}

const isWithin = ([all, ofTarget]: readonly [number, number], { global, perTarget }: BudgetLimits) =>
  (global === 0 || all < global) && (perTarget === 0 || ofTarget < perTarget);

/** Distinct services that were to run by themselves, this one among them, however they were answered. */
function stormCounts({ source }: Step & { what: 'ask' | 'peek' }, told: Told): string {
  const asked = told.decisions.flatMap(({ about, storm, decidedAt }) =>
    about && storm && told.nowMs - decidedAt.getTime() < 60_000 ? [about] : [],
  );
  const services = (those: typeof asked) =>
    new Set(those.map(({ target, namespace, service }) => `${target}/${namespace}/${service}`)).size;
  const own = asked.filter((about) => about.source === source);
  return `source ${services(own)}, all ${services(asked)} in 60 s`;
}

/** Once a storm began, nothing of it is let through for ten minutes, approved or not, but what a person asked for. */
function expectStormsHold({ decisions, byPerson }: Told): void {
  for (const { decisionId, about, wants, storm, decidedAt, granted: later } of decisions) {
    expect(byPerson.has(decisionId) && storm !== undefined).toBe(false);
    if (!wants || byPerson.has(decisionId)) continue;
    const takenMs = (later?.at ?? decidedAt).getTime();
    const standing = decisions.filter(({ storm, about: other, decidedAt: began }) => {
      const stops =
        storm?.inAll === 'begins' || (storm?.ofSource === 'begins' && other?.source === about?.source);
      return stops && began.getTime() < takenMs && takenMs < began.getTime() + 600_000;
    });
    expect(standing).toEqual([]);
  }
}

function expectCaps(told: Told): void {
  const slots = granted(told);
  const workloads = slots.filter(isLocked).map(({ wants }) => wants.workload);
  expect(new Set(workloads).size).toBe(workloads.length);
  const trying = slots.filter((slot) => isTrying(slot, told)).map(({ wants }) => wants.runbook);
  expect(new Set(trying).size).toBe(trying.length);
}
