import { forgetOld } from '../domain/guardrails/forget-old.ts';
import {
  type BookedSlot,
  emptyBook,
  type GuardrailBook,
  observe,
} from '../domain/guardrails/guardrail-book.ts';
import { decideSlot, grantSlot, refillSlot } from '../domain/guardrails/decide-slot.ts';
import { recentRuns } from '../domain/guardrails/recent-runs.ts';
import { breakerOf, resetBreaker } from '../domain/guardrails/reset-breaker.ts';
import { isCharged, settleSlot } from '../domain/guardrails/settle-slot.ts';
import { isWithdrawn, lastAskedMs, withdrawSlot } from '../domain/guardrails/withdraw-slot.ts';
import { stormsIn } from '../domain/guardrails/storm-book.ts';
import type { Grant, Guardrails, OpenSlot, Refill, Slot } from '../ports.ts';
import { notReady } from './not-ready.ts';

const FORGET_EVERY_MS = 3_600_000;

/** For a system in one process. It begins empty at each start, so it is rebuilt from the log first. */
export function memoryGuardrails(): Guardrails {
  let book = emptyBook();
  let ready = false;
  let forgotAtMs = 0;

  const refill: Refill = {
    decision: async (logged) => refillSlot(book, logged),
    settled: async (settlement) => settleSlot(book, settlement),
    reset: async (reset) => resetBreaker(book, reset),
  };
  const open = (now: Date): GuardrailBook => {
    if (!ready) throw notReady();
    if (Math.abs(now.getTime() - forgotAtMs) >= FORGET_EVERY_MS) {
      forgotAtMs = now.getTime();
      forgetOld(book, now);
    }
    return book;
  };

  return {
    decide: async (request) => toSlot(decideSlot(open(request.now), request, request.peek)),
    grant: async (request) => toGrant(grantSlot(open(request.now), request)),
    settle: async (settlement) => {
      if (!ready) throw notReady();
      settleSlot(book, settlement);
      const wants = book.slots.get(settlement.decisionId)?.wants;
      return wants && breakerOf(book, wants.runbook);
    },
    openSlots: async () => {
      if (!ready) throw notReady();
      return openSlotsIn(book);
    },
    withdraw: async (withdrawal) => {
      if (!ready) throw notReady();
      return isWithdrawn(withdrawSlot(book, withdrawal)?.status);
    },
    resetBreaker: async (reset) => {
      if (!ready) throw notReady();
      resetBreaker(book, reset);
      return breakerOf(book, reset.runbook);
    },
    breakers: async (runbooks) => {
      if (!ready) throw notReady();
      return runbooks.map((runbook) => breakerOf(book, runbook));
    },
    storms: async (now) => stormsIn(open(now), now),
    recentRuns: async (now) => recentRuns(open(now).recent.values(), now),
    observe: async (wants, now) => wants.map((one) => observe(open(now), one, now)),
    recordOf: async (decisionId) => book.slots.get(decisionId)?.record,
    isReady: async () => ready,
    rebuild: async (fold) => {
      ready = false;
      book = emptyBook();
      await fold(refill);
      ready = true;
      return true;
    },
    check: async () => `in memory, ${book.locks.size} workload(s) locked`,
  };
}

const toSlot = ({ status, record, checks, trial, storm }: BookedSlot): Slot => ({
  status,
  record,
  checks,
  trial,
  storm,
});

const toGrant = ({ status, granted, trial }: BookedSlot): Grant => ({
  status,
  checks: granted?.checks ?? [],
  trial,
  at: granted?.at,
});

const openSlotsIn = ({ slots }: GuardrailBook): OpenSlot[] =>
  [...slots].flatMap(([decisionId, slot]) =>
    isCharged(slot)
      ? {
          decisionId,
          record: slot.record,
          takenAt: new Date(slot.atMs),
          askedAt: new Date(lastAskedMs(slot)),
        }
      : [],
  );
