import type { BookedSlot, GuardrailBook, SlotStatus } from './guardrail-book.ts';

export interface Withdrawal {
  readonly decisionId: string;
  /** Whoever was told later than this that it is held may still order. */
  readonly unaskedSince: Date;
}

/** Takes the right to order. It counts until that is settled: whoever withdraws may end in between. */
export function withdrawSlot(
  book: GuardrailBook,
  { decisionId, unaskedSince }: Withdrawal,
): BookedSlot | undefined {
  const slot = book.slots.get(decisionId);
  if (slot?.status !== 'held' || lastAskedMs(slot) > unaskedSince.getTime()) return slot;
  const withdrawing = { ...slot, status: 'withdrawing' } as const;
  book.slots.set(decisionId, withdrawing);
  return withdrawing;
}

/** A held slot is changed by nothing but its end: its time is the one at which it was taken. */
export const lastAskedMs = ({ askedAtMs, atMs }: BookedSlot): number => Math.max(askedAtMs ?? 0, atMs);

export const isWithdrawn = (status: SlotStatus | undefined): boolean =>
  status === 'withdrawing' || status === 'withdrawn';
