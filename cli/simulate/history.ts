import { type DecisionMade, type OrderIssued, OrderPhase } from '#gen/belay/v1/decision.ts';
import type { IncidentReported } from '#gen/belay/v1/incident.ts';
import { type DataOf, definitionOf, type EventType } from '#lib/events/event-types.ts';
import { type BreakerReset, type PastDecision, resetBy, resolvedBy, settledBy } from '../play/engine.ts';
import type { RecordedEvent } from './recorded-event.ts';

/** A report, and what was decided about it. */
export interface RecordedIncident {
  readonly report: IncidentReported;
  readonly decision: PastDecision;
}

export interface History {
  /** Decided since then; in the order of the decisions. */
  readonly incidents: readonly RecordedIncident[];
  /** Since then as well: further decisions about a report, and decisions about one that is not there. */
  readonly others: readonly PastDecision[];
  /** Decisions from before, for what the guardrails remember. */
  readonly past: readonly PastDecision[];
  /** Of breakers by hand, at any time. */
  readonly resets: readonly BreakerReset[];
  /** Reports since then without a decision. */
  readonly undecided: number;
}

/** Events in any order, and any number of times, as one story for each incident. */
export function historyOf(events: readonly RecordedEvent[], since: Date): History {
  const reports = ofType(events, 'IncidentReported').toSorted((a, b) => reportedAt(a) - reportedAt(b));
  const decisions = decisionsOf(events);
  const reportOf = pair(reports, decisions);
  const recent = decisions.filter(({ decidedAt }) => decidedAt >= since);
  const decided = new Set(reportOf.values());
  return {
    incidents: recent.flatMap((decision) => {
      const report = reportOf.get(decision);
      return report ? [{ report, decision }] : [];
    }),
    others: recent.filter((decision) => !reportOf.has(decision)),
    past: decisions.filter(({ decidedAt }) => decidedAt < since),
    resets: ofType(events, 'ControlSet').flatMap((set) => resetBy(set) ?? []),
    undecided: reports.filter((report) => reportedAt(report) >= since.getTime() && !decided.has(report))
      .length,
  };
}

/** The validation of events has refused those without their times. */
const reportedAt = (report: IncidentReported): number => (report.reportedAt as Date).getTime();
const decidedAtOf = (made: DecisionMade): Date => made.decidedAt as Date;

function ofType<T extends RecordedEvent['type']>(
  events: readonly RecordedEvent[],
  type: T,
): readonly DataOf<T>[] {
  const found = events.filter((event) => event.type === type).map(({ data }) => data as DataOf<T>);
  return [...new Map(found.map((data) => [identityOf(type, data), data])).values()];
}

const identityOf = (type: EventType, data: unknown): string => JSON.stringify(definitionOf(type).about(data));

function decisionsOf(events: readonly RecordedEvent[]): readonly PastDecision[] {
  const issued = new Map<string, OrderIssued>();
  for (const order of ofType(events, 'OrderIssued'))
    if (order.phase === OrderPhase.EXECUTE) issued.set(order.decisionId, order);
  const settled = ofType(events, 'ActionSettled').map(settledBy);
  const settlements = Map.groupBy(
    // A verdict on an unknown outcome comes after that outcome, whatever the clocks say.
    [...settled, ...ofType(events, 'ActionResolved').map(resolvedBy)],
    ({ decisionId }): string => decisionId,
  );
  return ofType(events, 'DecisionMade')
    .map((made) => ({
      made,
      decidedAt: decidedAtOf(made),
      issued: issued.get(made.decisionId),
      settlements: settlements.get(made.decisionId) ?? [],
    }))
    .toSorted(inOrderOfDecision);
}

/** Of several at the same moment, those that were to act come first: the others may have been refused for them. */
export function inOrderOfDecision(a: PastDecision, b: PastDecision): number {
  const isOrdered = ({ issued }: PastDecision) => Number(issued !== undefined);
  return a.decidedAt.getTime() - b.decidedAt.getTime() || isOrdered(b) - isOrdered(a);
}

/** The clocks of two services differ by less than this; episodes open again only after a while. */
const SKEW_MS = 15_000;

/** Each report with the first decision that can be about it. Both are in the order of their times. */
function pair(
  reports: readonly IncidentReported[],
  decisions: readonly PastDecision[],
): ReadonlyMap<PastDecision, IncidentReported> {
  const waiting = Map.groupBy(reports, ({ incidentId }) => incidentId);
  const pairs = new Map<PastDecision, IncidentReported>();
  for (const decision of decisions) {
    const [report] = waiting.get(decision.made.incidentId) ?? [];
    if (!report || reportedAt(report) > decision.decidedAt.getTime() + SKEW_MS) continue;
    waiting.get(decision.made.incidentId)?.shift();
    pairs.set(decision, report);
  }
  return pairs;
}
