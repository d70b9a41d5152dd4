import { expect, it } from 'vitest';
import { type GetIncidentResponse, IncidentSummary, TimelineEntry } from '#gen/belay/v1/audit_service.ts';
import { DecisionMade } from '#gen/belay/v1/decision.ts';
import { showIncident } from './show.ts';

const retryAt = new Date('2026-03-03T03:18:10.001Z');
const made = (decisionId: string, change: Partial<DecisionMade> = {}) =>
  TimelineEntry.fromPartial({
    ...{ type: 'DecisionMade', decisionId },
    dataJson: JSON.stringify(
      DecisionMade.toJSON(
        DecisionMade.fromPartial({ decisionId, attempt: 1, attemptsAllowed: 5, ...change }),
      ),
    ),
  });
const closed = (decisionId: string) => TimelineEntry.fromPartial({ type: 'DecisionClosed', decisionId });
const outcomeOf = (...timeline: GetIncidentResponse['timeline']) => {
  const incident = IncidentSummary.fromPartial({ outcome: 'not done' });
  const { rows } = showIncident({ incident, timeline }).table({ wide: false, time: String });
  return rows.at(-1)?.[2];
};

it('says that it is not over, where what came to nothing is tried again', () => {
  const waits = 'not done; to be tried again at 2026-03-03T03:18:11Z (attempt 2 of 5)';
  expect(outcomeOf(made('d1', { retryAt }))).toBe(waits);
  expect(outcomeOf(made('d1'), closed('d1'), made('d2', { retryAt }))).toBe(waits);
});

it('promises nothing where it was tried, dropped or never to be tried', () => {
  expect(outcomeOf(made('d1', { retryAt }), closed('d1'))).toBe('not done');
  expect(outcomeOf(made('d1', { retryAt }), made('d2'))).toBe('not done');
  expect(outcomeOf(made('d1'))).toBe('not done');
  expect(outcomeOf(TimelineEntry.fromPartial({ type: 'DecisionMade', decisionId: 'd1' }))).toBe('not done');
});
