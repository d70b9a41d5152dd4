import { IncidentReported } from '#gen/belay/v1/incident.ts';
import type { Bus, OutgoingRecord } from '#lib/bus/bus.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import { outgoing } from '#lib/events/event.ts';
import { assertRead } from '../support/assert-read.ts';
import { eventually } from '../support/eventually.ts';
import type { DecisionLog } from './decision-log.ts';
import { type Fate, startSettler } from './decision-settler.ts';

/** What an incident is about. */
export interface Place {
  readonly target: string;
  readonly namespace: string;
  readonly service: string;
  readonly pod: string;
  readonly cause: string;
}

/** Plays the services around the decision service: reports incidents, and settles what is ordered. */
export interface Traffic {
  /** The incidents, by their ids. */
  readonly reported: ReadonlyMap<string, Place>;
  /** Returns the records: some faults deliver them once more. */
  report(places: readonly Place[]): Promise<readonly OutgoingRecord[]>;
  isDecided(incidentId: string): boolean;
  /** Until all that was reported is decided, all that was ordered is settled, and all of it is read. */
  drained(): Promise<void>;
}

export interface TrafficOptions {
  readonly bus: Bus;
  readonly log: DecisionLog;
  /** What becomes of the next action. */
  readonly nextFate: () => Fate;
}

const GROUP = 'belay-decision';
const READ_TIMEOUT_MS = 120_000;

export function startTraffic({ bus, log, nextFate }: TrafficOptions): Traffic {
  const reported = new Map<string, Place>();
  const fates = new Map<string, Fate>();
  const decided = new Set<string>();
  log.on('DecisionMade', ({ data }) => void decided.add(data.incidentId));
  const settler = startSettler({ bus, log, fateOf: (incidentId) => fates.get(incidentId) });
  const undecided = () => [...reported.keys()].filter((id) => !decided.has(id));
  const read = async (topics: readonly string[]) => {
    await eventually(() => assertRead(bus, GROUP, topics), READ_TIMEOUT_MS);
    await log.caughtUp();
  };
  return {
    reported,
    isDecided: (incidentId) => decided.has(incidentId),
    report: async (places) => {
      const records = places.map((place) => {
        const incidentId = `inc-${reported.size}`;
        reported.set(incidentId, place);
        // Drawn here, where the order is the same in every run.
        fates.set(incidentId, nextFate());
        return encodeEvent(outgoing('IncidentReported', incident(incidentId, place)), 'belay/campaign');
      });
      await bus.publish(records);
      return records;
    },
    drained: async () => {
      await log.until(
        () => decided.size === reported.size,
        () => `${undecided().length} incidents are not decided: ${undecided().slice(0, 5).join(', ')}`,
      );
      await read(['incident']);
      await settler.done();
      await read(['incident', 'verification']);
    },
  };
}

function incident(incidentId: string, { target, namespace, service, pod, cause }: Place): IncidentReported {
  const now = new Date();
  return IncidentReported.fromPartial({
    incidentId,
    service,
    source: 'campaign',
    fingerprint: incidentId,
    startedAt: now,
    reportedAt: now,
    symptom: 'Faulty',
    probableCause: cause,
    confidence: 0.95,
    resource: { target, kind: 'pod', namespace, name: pod },
  });
}
