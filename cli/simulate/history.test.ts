import { describe, expect, it } from 'vitest';
import { DecisionMade, OrderIssued, OrderPhase } from '#gen/belay/v1/decision.ts';
import { IncidentReported } from '#gen/belay/v1/incident.ts';
import { historyOf } from './history.ts';
import type { RecordedEvent } from './recorded-event.ts';

const at = (second: number) => new Date(Date.UTC(2026, 2, 3, 3, 12, second));

const reported = (incidentId: string, second: number, reopened = false): RecordedEvent => ({
  type: 'IncidentReported',
  data: IncidentReported.fromPartial({ incidentId, reopened, reportedAt: at(second) }),
});
const decided = (incidentId: string, decisionId: string, second: number): RecordedEvent => ({
  type: 'DecisionMade',
  data: DecisionMade.fromPartial({ incidentId, decisionId, decidedAt: at(second) }),
});

function told(events: readonly RecordedEvent[], sinceSecond = 0) {
  const { incidents, others, past, undecided } = historyOf(events, at(sinceSecond));
  return {
    pairs: incidents.map(
      ({ report, decision }) => `${report.reportedAt?.getUTCSeconds()} ${decision.made.decisionId}`,
    ),
    others: others.map(({ made }) => made.decisionId),
    past: past.map(({ made }) => made.decisionId),
    undecided,
  };
}

describe('the history', () => {
  it('has one decision for each report of an incident that opens again', () => {
    const events = [reported('a', 1), decided('a', 'd1', 2), reported('a', 40, true), decided('a', 'd2', 41)];
    expect(told(events)).toEqual({ pairs: ['1 d1', '40 d2'], others: [], past: [], undecided: 0 });
    expect(told(events.toReversed())).toEqual(told(events));
  });

  it('minds neither clocks that differ a little, nor what is read twice', () => {
    const events = [reported('a', 5), decided('a', 'd1', 4)];
    expect(told([...events, ...events]).pairs).toEqual(['5 d1']);
  });

  it('takes a later attempt for no decision about a report, nor one without any report', () => {
    const events = [reported('a', 1), decided('a', 'd1', 2), decided('a', 'd2', 9), decided('b', 'd3', 3)];
    expect(told(events)).toMatchObject({ pairs: ['1 d1'], others: ['d3', 'd2'] });
  });

  it('has the order to act of a decision, and none to plan, cancel or undo', () => {
    const order = (phase: OrderPhase): RecordedEvent => ({
      type: 'OrderIssued',
      data: OrderIssued.fromPartial({ actionId: `act-${phase}`, decisionId: 'd1', phase }),
    });
    const all = [OrderPhase.PLAN, OrderPhase.EXECUTE, OrderPhase.ROLLBACK, OrderPhase.CANCEL].map(order);
    const events = [reported('a', 1), decided('a', 'd1', 2)];
    const issuedIn = (orders: readonly RecordedEvent[]) =>
      historyOf([...events, ...orders], at(0)).incidents.map(({ decision }) => decision.issued?.phase);
    expect(issuedIn(all)).toEqual([OrderPhase.EXECUTE]);
    expect(issuedIn(all.filter((_, index) => index !== 1))).toEqual([undefined]);
  });

  it('does not take an old decision for one about a report that came long after it', () => {
    const events = [decided('a', 'd1', 2), reported('a', 30, true)];
    expect(told(events)).toMatchObject({ pairs: [], others: ['d1'], undecided: 1 });
  });

  it('goes by the time of the decision, and remembers what was before', () => {
    const events = [reported('a', 1), decided('a', 'd1', 2), reported('b', 9), decided('b', 'd2', 11)];
    expect(told([...events, reported('c', 3), reported('d', 12)], 10)).toEqual({
      ...{ pairs: ['9 d2'], others: [], past: ['d1'], undecided: 1 },
    });
  });
});
