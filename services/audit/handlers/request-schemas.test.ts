import { describe, expect, it } from 'vitest';
import { QueryEventsRequest } from '#gen/belay/v1/audit_service.ts';
import { requestSchemas } from './request-schemas.ts';

const at = (second: number) => new Date(Date.UTC(2026, 2, 3, 3, 12, second));

function fieldAtFault(method: keyof typeof requestSchemas, request: object): string | undefined {
  const issue = requestSchemas[method]?.safeParse(request).error?.issues[0];
  return issue && `${issue.path.join('.')} ${issue.message}`;
}

describe('a request', () => {
  it.each([
    ['an actor of 300 characters', { actor: 'x'.repeat(300) }, 'actor is longer than 253 characters'],
    ['a service with a NUL', { service: 'a\0b' }, 'service holds a control character'],
    ['a type that is none', { types: ['DecisionMade', 'Decided'] }, 'types.1 is no type of event'],
    ['orders, which are not read here', { types: ['Order'] }, 'types.0 is no type of event'],
    ['a negative page', { pageSize: -1 }, 'pageSize is negative'],
    ['a page of 501', { pageSize: 501 }, 'pageSize is more than 500'],
    ['a time that is none', { since: new Date(Number.NaN) }, 'since is no valid time'],
    ['a time before computers', { until: new Date(-1) }, 'until lies before the year 1970'],
    ['an end that is its beginning', { since: at(1), until: at(1) }, 'until is not behind since'],
  ])('for events with %s names the field', (_what, changes, message) => {
    expect(fieldAtFault('queryEvents', QueryEventsRequest.fromPartial(changes))).toContain(message);
  });

  it('for all events, and for a page of 500, is fine', () => {
    expect(fieldAtFault('queryEvents', QueryEventsRequest.fromPartial({}))).toBeUndefined();
    const most = { pageSize: 500, since: at(1), until: at(2), types: ['ActionSettled'] };
    expect(fieldAtFault('queryEvents', QueryEventsRequest.fromPartial(most))).toBeUndefined();
  });

  it.each(['getIncident', 'explainDecision'] as const)('%s needs an id that could be one', (method) => {
    expect(fieldAtFault(method, { id: '' })).toBe('id is missing');
    expect(fieldAtFault(method, { id: 'inc\n1' })).toBe('id holds a control character');
    expect(fieldAtFault(method, { id: 'INC001' })).toBeUndefined();
  });
});
