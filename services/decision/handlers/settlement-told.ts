import type { OrderIssued } from '#gen/belay/v1/decision.ts';
import type { ActionResolved, ActionSettled } from '#gen/belay/v1/verification.ts';
import type { ControlState } from '#lib/control/control-state.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import type { RunbookBreaker } from '../domain/guardrails/breaker.ts';
import { breakerTold } from './breaker-told.ts';
import { quarantined, quarantineEnded } from './quarantine.ts';
import { settlementOf } from './settlement-of.ts';

/** Asked only where it is needed: it is read from a store. */
export type IssuedOf = () => Promise<OrderIssued | undefined>;

/** What the end of an action has everybody look at who acts: its breaker, and what nobody can tell the state of. */
export async function settlementTold(
  data: ActionSettled,
  breaker: RunbookBreaker | undefined,
  controls: ControlState,
  issuedOf: IssuedOf,
): Promise<readonly OutgoingEvent[]> {
  const noticed = { at: data.settledAt as Date, actionId: data.actionId };
  const told = breaker ? breakerTold(controls, breaker, noticed) : [];
  if (settlementOf(data).outcome !== 'unknown') return told;
  return [...told, ...quarantined(controls, data, await issuedOf())];
}

/** A person's verdict counts nothing anew. It frees what was kept until then. */
export async function resolutionTold(
  data: ActionResolved,
  controls: ControlState,
  issuedOf: IssuedOf,
): Promise<readonly OutgoingEvent[]> {
  return quarantineEnded(controls, data, await issuedOf());
}
