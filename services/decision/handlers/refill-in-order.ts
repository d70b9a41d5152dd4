import { type Decided, type History, inOrder } from '../domain/guardrails/in-order.ts';
import type { LoggedDecision, Refill, Settlement } from '../ports.ts';

/** What the log says, into an empty store. Each decision is asked for when its turn has come. */
export async function refillInOrder<D extends Decided>(
  into: Refill,
  history: History<D, Settlement>,
  loggedOf: (decision: D) => LoggedDecision,
): Promise<void> {
  for (const happened of inOrder(history)) {
    if (happened.what === 'decided') await into.decision(loggedOf(happened.decision));
    else if (happened.what === 'settled') await into.settled(happened.settlement);
    else await into.reset(happened.reset);
  }
}
