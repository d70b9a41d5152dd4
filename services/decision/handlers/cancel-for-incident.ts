import type { OutgoingEvent } from '#lib/events/event.ts';
import type { Cases, Guardrails, OpenSlot } from '../ports.ts';
import { cancelOf } from './cancel-of.ts';
import { readDraft } from './draft.ts';
import { issuedEvents } from './order-of.ts';

export interface CancelOptions {
  readonly guardrails: Pick<Guardrails, 'openSlots'>;
  readonly cases: Pick<Cases, 'cancelled'>;
  readonly actWithinMs: number;
}

/** What is under way for an incident that is over. `endedAt`: what was reported later is of its next episode. */
export async function cancelForIncident(
  { incidentId, endedAt }: { readonly incidentId: string; readonly endedAt: Date },
  { guardrails, cases, actWithinMs }: CancelOptions,
  now: Date,
): Promise<readonly OutgoingEvent[]> {
  // As many as the limits let in. Nothing is written for this when an action is ordered.
  const open = (await guardrails.openSlots()).filter(({ record }) => record.includes(incidentId));
  const over = open.filter((slot) => isOf(slot, incidentId, endedAt));
  // However it ends, nothing is tried in its place: a next episode has a decision of its own.
  for (const { decisionId } of over) await cases.cancelled(decisionId, now);
  return over
    .filter((slot) => mayBegin(slot, actWithinMs, now))
    .flatMap((slot) => cancelOf(slot, ENDED, now) ?? [])
    .flatMap(issuedEvents);
}

const ENDED = 'the incident ended';

function isOf({ record }: OpenSlot, incidentId: string, endedAt: Date): boolean {
  const { made, incident } = readDraft(record);
  // A store that was rebuilt knows only when it was decided.
  const reportedAt = incident?.reportedAt ?? made.decidedAt;
  return made.incidentId === incidentId && reportedAt !== undefined && reportedAt <= endedAt;
}

/** Later it either has begun or never will. */
const mayBegin = ({ takenAt }: OpenSlot, actWithinMs: number, now: Date): boolean =>
  now.getTime() <= takenAt.getTime() + actWithinMs;
