import { type DecisionMade, type OrderIssued, OrderPhase } from '#gen/belay/v1/decision.ts';
import type { IncidentReported } from '#gen/belay/v1/incident.ts';
import type { Order } from '#gen/belay/v1/order.ts';
import { outgoing, type OutgoingEvent, type OutgoingOf } from '#lib/events/event.ts';
import {
  type IncidentReportedOptions,
  incidentReportedHandler,
} from '../../services/decision/handlers/incident-reported.ts';
import { dataOf, deliver } from './deliver.ts';

export interface Decided {
  readonly made: DecisionMade;
  /** Where something is to be done. */
  readonly issued: OrderIssued | undefined;
  readonly order: Order | undefined;
}

/** A report through decision's own handler, as if it came at that time. */
export async function decideReport(
  report: IncidentReported,
  options: Omit<IncidentReportedOptions, 'cases'>,
  now: Date,
): Promise<Decided> {
  const event = outgoing('IncidentReported', report) as OutgoingOf<'IncidentReported'>;
  return decidedBy(await deliver(incidentReportedHandler({ ...options, cases: NOBODY_WAITS }), event, now));
}

/** Whoever plays a decision goes on with it at once, or not at all. */
const NOBODY_WAITS = { open: async () => {}, reopened: async () => {} };

export function decidedBy(events: readonly OutgoingEvent[]): Decided {
  const made = dataOf(events, 'DecisionMade');
  // Every report ends in one, whatever it says.
  if (!made) throw new Error('decision said nothing about the incident');
  const [issued, order] = [dataOf(events, 'OrderIssued'), dataOf(events, 'Order')];
  // A plan changes nothing: what is to be done comes with the answer of people.
  if (issued?.phase !== OrderPhase.EXECUTE) return { made, issued: undefined, order: undefined };
  return { made, issued, order };
}
