import { type History, inOrder } from '../domain/guardrails/in-order.ts';
import type { LoggedDecision, Refill, Settlement } from '../ports.ts';

/** What the log says, into an empty store. */
export async function refillInOrder(
  into: Refill,
  history: History<LoggedDecision, Settlement>,
): Promise<void> {
  for (const happened of inOrder(history)) {
    if (happened.what === 'decided') await into.decision(happened.decision);
    else if (happened.what === 'settled') await into.settled(happened.settlement);
    else await into.reset(happened.reset);
  }
}
