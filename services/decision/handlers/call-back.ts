import type { Clock } from '#lib/clock.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import type { Case } from '../domain/cases/case.ts';
import type { Cases, Guardrails } from '../ports.ts';
import { cancelForIncident } from './cancel-for-incident.ts';
import { cancelOf } from './cancel-of.ts';
import { issuedEvents } from './order-of.ts';
import { stepOf } from './case-events.ts';

export interface CallBackOptions {
  readonly guardrails: Pick<Guardrails, 'openSlots'>;
  readonly cases: Pick<Cases, 'advance' | 'isResolved' | 'isCancelled' | 'cancelled'>;
  readonly policy: { readonly actWithinMs: number };
  readonly clock: Clock;
  /** Signs orders. */
  readonly publish: Publish;
}

/** Who and why is in the command. */
export const UNWANTED = 'a person cancelled it';

/** Whoever ended the incident saw no slot, where it was taken only after that. */
export async function callBackIfOver({ incidentId }: Case, options: CallBackOptions): Promise<void> {
  const { cases, guardrails, clock, policy, publish } = options;
  if (!(await cases.isResolved(incidentId))) return;
  const now = clock.now();
  const { actWithinMs } = policy;
  const cancels = await cancelForIncident(
    { incidentId, endedAt: now },
    { guardrails, cases, actWithinMs },
    now,
  );
  if (cancels.length > 0) await publish(cancels);
}

/** Nor did whoever cancelled what waited, while it was decided again as `nextId`. */
export async function callBackIfUnwanted(
  { decisionId }: Case,
  nextId: string,
  { cases, guardrails, clock, publish }: CallBackOptions,
): Promise<void> {
  if (!(await cases.isCancelled(decisionId))) return;
  const now = clock.now();
  await cases.cancelled(nextId, now);
  await cases.advance(nextId, stepOf({ type: 'cancelled', reason: UNWANTED }, now));
  const slot = (await guardrails.openSlots()).find((open) => open.decisionId === nextId);
  const cancel = slot && cancelOf(slot, UNWANTED, now);
  if (cancel) await publish(issuedEvents(cancel));
}
