import type { EventType } from '#lib/events/event-types.ts';
import type { ServiceName } from '../support/production-stack.ts';

/** `report`: the moment the detector is called. */
export type Trigger = EventType | 'report';

/** One kind of fault: what is done to which service, the moment which event is seen. */
export type FaultKind =
  | { readonly what: 'kill'; readonly service: ServiceName; readonly at: Trigger }
  /** Stopped until the later event is written: then it finds several topics full and reads them in any order. */
  | { readonly what: 'pause'; readonly service: ServiceName; readonly at: Trigger; readonly until: EventType }
  /** All that was written about an incident is written once more in between, and again at the end. */
  | { readonly what: 'twice' };

const kill = (service: ServiceName, at: Trigger): FaultKind => ({ what: 'kill', service, at });

export const EVERY_KIND: readonly FaultKind[] = [
  kill('detector-adapter', 'report'),
  kill('decision', 'IncidentReported'),
  kill('decision', 'DecisionMade'),
  kill('executor', 'Order'),
  kill('executor', 'ActionStarted'),
  kill('executor', 'ActionFinished'),
  kill('verifier', 'OrderIssued'),
  kill('verifier', 'ActionFinished'),
  kill('verifier', 'StateSampled'),
  kill('decision', 'ActionSettled'),
  kill('audit', 'DecisionMade'),
  { what: 'twice' },
  { what: 'pause', service: 'verifier', at: 'report', until: 'StateSampled' },
  { what: 'pause', service: 'decision', at: 'OrderIssued', until: 'ActionSettled' },
];

/**
 * What a quick run has time for, each in one outage of the group's session. Within a round faults strike one
 * after the other, so those that need less of the thread come later.
 */
export const QUICK_ROUNDS: readonly (readonly FaultKind[])[] = [
  [
    { what: 'twice' },
    kill('audit', 'DecisionMade'),
    kill('verifier', 'OrderIssued'),
    kill('executor', 'ActionStarted'),
    kill('detector-adapter', 'report'),
    kill('decision', 'DecisionMade'),
  ],
];

export function nameOf(kind: FaultKind): string {
  if (kind.what === 'twice') return 'everything delivered twice';
  if (kind.what === 'kill') return `kill -9 ${kind.service} at ${kind.at}`;
  return `pause ${kind.service} from ${kind.at} until ${kind.until}`;
}
