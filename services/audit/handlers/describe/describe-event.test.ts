import { describe, expect, it } from 'vitest';
import { type AnyEvent, outgoing } from '#lib/events/event.ts';
import { type DataOf, definitionOf } from '#lib/events/event-types.ts';
import { sampleEvents } from '../../../../test/support/sample-events.ts';
import { type AuditedAnyEvent, auditedTypes, describeEvent } from './describe-event.ts';
import type { AuditedType } from './description.ts';

const samples = sampleEvents.filter(({ type }) => type !== 'Order') as unknown as AuditedAnyEvent[];

/** The sample of its type with some fields changed. */
function variant<T extends AuditedType>(type: T, changes: Partial<DataOf<T>>): AuditedAnyEvent {
  const sample = samples.find((event) => event.type === type);
  return outgoing(type, { ...sample?.data, ...changes } as DataOf<T>) as unknown as AuditedAnyEvent;
}

const at = (second: number, day = 3) => new Date(Date.UTC(2026, 2, day, 3, 12, second));
const check = { name: 'rate', observed: '5', limit: '5', reason: '', code: '', endsAt: undefined };
const passed = { ...check, result: 1 as const };
const refused = (reason: string) => ({ ...check, result: 2 as const, reason });
const resource = {
  target: 'prod-eu',
  kind: 'pod',
  namespace: 'production',
  name: 'api-server-abc123',
  uid: '',
};
const setting = (value: NonNullable<DataOf<'ControlSet'>['setting']>, reason = '') =>
  variant('ControlSet', { setting: value, reason });

const breaker = (value: { lifted: boolean; actionId?: string; resetAt?: Date }) =>
  setting({
    $case: 'breakerOpen',
    value: { runbook: 'scale-up', actionId: '', resetAt: undefined, ...value },
  });

/** What the samples, which tell of a fix that went well, do not say. */
const variants: readonly AuditedAnyEvent[] = [
  variant('RunSkipped', { code: 'missed', reason: 'nobody could begin it within 60 s', further: 12 }),
  variant('IncidentReported', {
    reopened: true,
    reportedBy: undefined,
    confidence: undefined,
    probableCause: '',
  }),
  variant('IncidentReported', { resource: undefined, symptom: '' }),
  variant('IncidentResolved', { reason: 2 }),
  variant('IncidentResolved', { reason: 3, resolvedBy: { kind: 1, name: 'maria' } }),
  variant('DecisionMade', {
    mode: 5,
    code: 'kill_switch',
    checks: [refused('the kill switch is engaged: bad deploy tooling')],
  }),
  variant('DecisionMade', {
    mode: 5,
    code: 'rate_limited',
    checks: [refused('restarted 5 times in the last hour, the limit'), refused('the circuit is open.')],
    retryAt: at(11),
  }),
  variant('DecisionMade', { mode: 5, code: 'rate_limited', checks: [], retryAt: at(11, 4) }),
  variant('DecisionMade', {
    mode: 5,
    code: 'storm',
    checks: [refused('6 services were to be acted on within 60 s, more than 5')],
    retryAt: new Date(at(12).getTime() + 1),
    escalate: 'page_incident_commander',
  }),
  variant('DecisionMade', {
    mode: 3,
    code: 'approval_required',
    summary: 'rollback-deployment is high risk and needs a person. Nothing changed.',
  }),
  variant('DecisionMade', {
    mode: 1,
    code: 'no_runbook',
    runbook: undefined,
    summary: 'No runbook matches unknown_issue. Nothing changed.',
  }),
  variant('DecisionMade', { mode: 6, code: 'observed', wouldHave: 4 }),
  variant('DecisionMade', { risk: 0 }),
  variant('ApprovalRequested', { suggestionOnly: true }),
  variant('ApprovalRequested', { quorum: 2, approvers: ['maria', 'li'], onLapse: 1, changes: [] }),
  variant('ApprovalAnswered', { answer: 2, reason: 'customers are asleep' }),
  variant('ApprovalAnswered', { quorumReached: false }),
  variant('ApprovalLapsed', { onLapse: 1 }),
  variant('OrderIssued', { phase: 1 }),
  variant('OrderIssued', { phase: 3, ofActionId: 'act-77b2', reason: 'cpu did not fall' }),
  variant('OrderIssued', { phase: 4, ofActionId: 'act-77b2', plan: undefined }),
  variant('DecisionClosed', { outcome: 2, reason: 'restarted 5 times', escalate: 'page_service_owner' }),
  variant('ActionAborted', {
    code: 'kill_switch',
    reason: 'the kill switch is engaged: bad deploy tooling. Nothing changed',
  }),
  variant('ActionRefused', { phase: 3, code: 'unsupported_phase', reason: 'this executor undoes nothing' }),
  variant('StepFinished', { status: 2, error: 'timed out after 60 s', output: '' }),
  variant('StepFinished', { status: 3, output: '' }),
  variant('StepFinished', { status: 4, output: '', undo: true }),
  variant('StepFinished', { status: 5, error: 'the answer was lost', output: '', name: '' }),
  variant('StepFinished', { undo: true, output: 'set replicas 5 -> 3' }),
  variant('ActionFinished', { reconciled: true }),
  variant('ActionFinished', { status: 2, error: 'forbidden: delete pods', undone: true }),
  variant('ActionFinished', { status: 3, error: 'the answer was lost' }),
  variant('StateSampled', { error: 'no answer within 5 s' }),
  variant('CheckSampled', { verdict: 2, observed: '', check: 'cpu-falls' }),
  variant('ActionVerified', {
    checks: [{ ...passed, name: 'replacement_pod_ready', observed: 'replacement Ready' }],
  }),
  variant('ActionVerified', {
    verdict: 2,
    checks: [{ ...refused(''), name: 'cpu', observed: '0.90', limit: '< 0.81' }],
  }),
  variant('ActionVerified', { verdict: 3, checks: [] }),
  variant('ActionSettled', { reason: 'replacement Ready' }),
  variant('ActionSettled', { outcome: 2, reason: 'no replacement Ready yet after 120 s' }),
  variant('ActionSettled', { outcome: 3, reason: '3 -> 5 did not help (cpu 0.91 -> 0.90)' }),
  variant('ActionSettled', { outcome: 4, reason: 'no sample of the target arrived' }),
  variant('ActionSettled', { outcome: 6, effect: 3, reason: 'the answer was lost' }),
  variant('ActionSettled', { outcome: 8, effect: 1, code: 'pre_check_failed', reason: 'only 1 ready pod.' }),
  variant('ActionSettled', {
    outcome: 9,
    effect: 1,
    reason: 'no executor began in time. Nothing changed',
  }),
  variant('ActionResolved', { resolvedAs: 2 }),
  variant('CommandGiven', { result: 'PLAN_CHANGED', reason: '' }),
  variant('DeadLettered', { eventType: '' }),
  variant('NotificationSent', { error: 'HTTP 503', receipt: '' }),
  setting({ $case: 'killSwitch', value: { state: 3, target: 'prod-eu' } }, 'bad deploy tooling'),
  setting({ $case: 'killSwitch', value: { state: 1, target: '' } }, 'tooling is fixed'),
  setting({
    $case: 'freeze',
    value: { lifted: false, namespace: 'production', service: '', target: '', until: at(0, 5) },
  }),
  setting({
    $case: 'freeze',
    value: { lifted: true, namespace: '', service: '', target: '', until: undefined },
  }),
  setting({ $case: 'silence', value: { lifted: false, service: 'worker', until: at(40) } }),
  setting({ $case: 'silence', value: { lifted: true, service: 'worker', until: undefined } }),
  setting({ $case: 'runbookDisabled', value: { lifted: false, runbook: 'scale-up', actionId: 'act-77b2' } }),
  setting({ $case: 'runbookDisabled', value: { lifted: true, runbook: 'scale-up', actionId: 'act-77b2' } }),
  setting({ $case: 'runbookDisabled', value: { lifted: false, runbook: 'scale-up', actionId: '' } }),
  setting({
    $case: 'freeze',
    value: { lifted: false, namespace: 'shop', service: 'cart', target: 'prod-eu', until: at(40) },
  }),
  variant('ControlSet', { key: 'drain/eu', setting: undefined, reason: 'maintenance' }),
  breaker({ lifted: false, actionId: 'act-77b2' }),
  breaker({ lifted: true, actionId: 'act-77b2' }),
  breaker({ lifted: true, resetAt: at(30) }),
  breaker({ lifted: false, resetAt: at(1) }),
  setting({ $case: 'quarantine', value: { lifted: false, resource, actionId: 'act-77b2' } }),
  setting({ $case: 'quarantine', value: { lifted: true, resource, actionId: 'act-77b2' } }),
  setting({
    $case: 'runbookActive',
    value: { runbook: { name: 'scale-up', version: 2, digest: 'd' }, mode: 6, lifted: false },
  }),
  setting({
    $case: 'runbookActive',
    value: { runbook: { name: 'scale-up', version: 2, digest: 'd' }, mode: 0, lifted: true },
  }),
];

describe('the lines of the timeline', () => {
  it('are as people know them', async () => {
    const lines = [...samples, ...variants].map((event) => {
      const { outcome, text } = describeEvent(event);
      return `${event.type.padEnd(18)} ${outcome.padEnd(24)} ${text}`;
    });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('./lines.golden.txt');
  });

  it('exist for every type of event that this service reads', () => {
    expect(samples.map(({ type }) => type).sort()).toEqual([...auditedTypes].sort());
  });

  it('say whose work it was, and on which service and runbook', () => {
    const of = (type: AuditedType) =>
      describeEvent(samples.find((event) => event.type === type) as AuditedAnyEvent);
    expect(of('DecisionMade')).toMatchObject({
      service: 'api-server',
      runbook: { name: 'restart-pod', version: 3 },
    });
    expect(of('OrderIssued')).toMatchObject({ service: 'api-server', runbook: { name: 'restart-pod' } });
    expect(of('ApprovalAnswered').actor).toBe('maria');
    expect(of('ControlSet').actor).toBe('maria');
  });

  it('bring an order that came from the incident itself into its timeline', () => {
    expect(describeEvent(variant('CommandGiven', { subject: 'inc-017' })).incidentId).toBe('inc-017');
    expect(describeEvent(variant('CommandGiven', {})).incidentId).toBeUndefined();
  });

  const damaged = samples.flatMap((event) => {
    const { codec } = definitionOf(event.type);
    const datas = [
      ...alterations(event.data),
      ...omissions(codec.toJSON(event.data)).map((json) => codec.fromJSON(json)),
    ];
    return datas.map((data) => ({ ...event, data }) as AnyEvent as AuditedAnyEvent);
  });

  it('survive whatever is missing in an event or newer than this version', () => {
    expect(damaged.length).toBeGreaterThan(500);
    for (const event of damaged) {
      const { text, outcome } = describeEvent(event);
      expect(`${event.type}: ${text}`).not.toMatch(/undefined|\[object|NaN|null|Invalid/);
      expect(text).not.toBe('');
      expect(outcome).toMatch(event.type === 'CommandGiven' ? /./ : /^[a-z_]*$/i);
    }
  });
});

/** The same message, each time with one value in it emptied, or beyond what this version knows. */
function alterations(data: unknown): unknown[] {
  if (data instanceof Date) return [new Date(Number.NaN)];
  if (typeof data === 'string') return [''];
  if (typeof data === 'number') return [0, 99, -1];
  if (typeof data === 'boolean') return [!data];
  return eachPart(data, (value, key) => (key === '$case' ? [] : alterations(value)));
}

/** The same JSON, each time with one key or item left out, at any depth. */
function omissions(json: unknown): unknown[] {
  return eachPart(json, (value) => [undefined, ...omissions(value)]);
}

function eachPart(whole: unknown, replace: (value: unknown, key: string) => unknown[]): unknown[] {
  if (Array.isArray(whole)) {
    const items: readonly unknown[] = whole;
    return items.flatMap((item, index) =>
      replace(item, '').map((other) => (other === undefined ? [] : items.with(index, other))),
    );
  }
  if (typeof whole !== 'object' || whole === null) return [];
  return Object.entries(whole).flatMap(([key, value]) =>
    replace(value, key).map((other) => {
      const { [key]: _, ...rest } = whole as Record<string, unknown>;
      return other === undefined ? rest : { ...rest, [key]: other };
    }),
  );
}
