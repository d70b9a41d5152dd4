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

/**
 * Each round is one outage of the groups' sessions. Within it faults strike one after the other, each at a trial
 * of its own, so those that need less of the thread come later.
 */
const KILLS: readonly FaultKind[] = [
  kill('audit', 'DecisionMade'),
  kill('verifier', 'OrderIssued'),
  kill('executor', 'ActionStarted'),
  kill('detector-adapter', 'report'),
  kill('decision', 'DecisionMade'),
];
const MORE_KILLS: readonly FaultKind[] = [
  kill('verifier', 'ActionFinished'),
  kill('executor', 'Order'),
  kill('decision', 'IncidentReported'),
];
const LATE_KILLS: readonly FaultKind[] = [
  kill('verifier', 'StateSampled'),
  kill('executor', 'ActionFinished'),
  kill('decision', 'ActionSettled'),
];
const PAUSES: readonly FaultKind[] = [
  { what: 'pause', service: 'verifier', at: 'report', until: 'StateSampled' },
  { what: 'pause', service: 'decision', at: 'OrderIssued', until: 'ActionSettled' },
];

/** What a quick run has time for. */
export const QUICK_ROUNDS: readonly (readonly FaultKind[])[] = [[{ what: 'twice' }, ...KILLS]];

/** Fifty kills at each of eleven points, and fifty of everything else. */
export const FULL_ROUNDS: readonly (readonly FaultKind[])[] = [
  ...Array.from({ length: 50 }, () => [...QUICK_ROUNDS, MORE_KILLS, LATE_KILLS]).flat(),
  // Trials of the same kind run side by side: the pause holds all of them up.
  ...PAUSES.flatMap((pause) => Array.from({ length: 10 }, () => Array.from({ length: 5 }, () => pause))),
];

export function nameOf(kind: FaultKind): string {
  if (kind.what === 'twice') return 'everything delivered twice';
  if (kind.what === 'kill') return `kill -9 ${kind.service} at ${kind.at}`;
  return `pause ${kind.service} from ${kind.at} until ${kind.until}`;
}
