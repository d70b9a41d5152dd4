import type { GuardrailBook } from './guardrail-book.ts';
import { DAY_MS, WINDOW_MS } from './observed.ts';
import { isCharged } from './settle-slot.ts';
import { SEEN_WINDOW_MS, STORM_WINDOW_MS } from './storm.ts';
import { forgetStorms } from './storm-book.ts';
import type { Windows } from './windows.ts';

/** Closed slots are kept as long as the log can redeliver what they answer. */
export const KEEP_CLOSED_MS = 48 * 3_600_000;

/** The longest cooldown that a runbook may ask for. */
export const KEEP_COOLDOWN_MS = 7 * 86_400_000;

/** Drops what no answer depends on any more. What is held or frozen stays: no timer frees it. */
export function forgetOld(book: GuardrailBook, now: Date): void {
  const nowMs = now.getTime();
  for (const [id, slot] of book.slots) {
    const isOpen = isCharged(slot) || slot.status === 'frozen';
    if (!isOpen && slot.atMs <= nowMs - KEEP_CLOSED_MS) book.slots.delete(id);
  }
  for (const windows of [book.executions, book.attempts]) forgetWindows(windows, nowMs - WINDOW_MS);
  forgetWindows(book.budget, nowMs - DAY_MS);
  forgetWindows(book.asked, nowMs - STORM_WINDOW_MS);
  forgetWindows(book.seen, nowMs - SEEN_WINDOW_MS);
  forgetStorms(book, nowMs);
  for (const [key, atMs] of book.settledAtMs) {
    if (atMs <= nowMs - KEEP_COOLDOWN_MS) book.settledAtMs.delete(key);
  }
  for (const [key, { atMs }] of book.recent) {
    if (atMs <= nowMs - KEEP_COOLDOWN_MS) book.recent.delete(key);
  }
}

function forgetWindows(windows: Windows, untilMs: number): void {
  for (const [key, began] of windows) {
    for (const [id, atMs] of began) if (atMs <= untilMs) began.delete(id);
    if (began.size === 0) windows.delete(key);
  }
}
