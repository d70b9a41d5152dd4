import { describe, expect, it } from 'vitest';
import { eventTypes } from '#lib/events/event-types.ts';
import { causalRank } from './causal-rank.ts';

describe('within a millisecond', () => {
  it.each([
    ['IncidentReported', 'DecisionMade'],
    ['CommandGiven', 'ControlSet'],
    ['DecisionMade', 'OrderIssued'],
    ['ActionPlanned', 'ApprovalRequested'],
    ['ApprovalRequested', 'ApprovalAnswered'],
    ['ApprovalAnswered', 'OrderIssued'],
    ['OrderIssued', 'ActionRefused'],
    ['OrderIssued', 'ActionStarted'],
    ['ActionStarted', 'ActionAborted'],
    ['ActionStarted', 'StepFinished'],
    ['StepFinished', 'ActionFinished'],
    ['ActionFinished', 'StateSampled'],
    ['CheckSampled', 'ActionVerified'],
    ['ActionVerified', 'ActionSettled'],
    ['Escalated', 'ActionSettled'],
    ['ActionSettled', 'DecisionClosed'],
    ['DecisionClosed', 'IncidentResolved'],
    ['IncidentResolved', 'NotificationSent'],
  ])('%s stands before %s', (cause, effect) => {
    expect(causalRank(cause)).toBeLessThan(causalRank(effect));
  });

  it('only what stands beside the story comes last', () => {
    const last = causalRank('a type of a newer version');
    const beside = Object.keys(eventTypes).filter((type) => causalRank(type) === last);
    expect(beside.sort()).toEqual(['AccessRefused', 'DeadLettered', 'NotificationSent', 'Order']);
  });
});
