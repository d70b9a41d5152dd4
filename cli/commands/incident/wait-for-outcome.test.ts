import { afterEach, expect, it } from 'vitest';
import {
  AuditServiceService,
  type GetIncidentResponse,
  IncidentSummary,
  TimelineEntry,
} from '#gen/belay/v1/audit_service.ts';
import { DecisionMade } from '#gen/belay/v1/decision.ts';
import { systemClock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import { authenticator, closeAll, closeLater, tokenOf } from '#lib/grpc/fixtures/decision-server.ts';
import { createGrpcServer } from '#lib/grpc/grpc-server.ts';
import { createOutput } from '../../frame/output.ts';
import type { Session } from '../../frame/session.ts';
import { waitForOutcome } from './wait-for-outcome.ts';

afterEach(closeAll);

const { getIncident } = AuditServiceService;
const retryAt = new Date('2026-03-03T03:18:11Z');
const reported = TimelineEntry.fromPartial({ type: 'IncidentReported', text: 'CrashLoopBackOff' });
const made = (change: Partial<DecisionMade> = {}) => {
  const decision = DecisionMade.fromPartial({ attempt: 1, attemptsAllowed: 5, ...change });
  const dataJson = JSON.stringify(DecisionMade.toJSON(decision));
  return TimelineEntry.fromPartial({ type: 'DecisionMade', decisionId: 'dec-1', text: 'decided', dataJson });
};
const approval = (type: string, outcome: string) =>
  TimelineEntry.fromPartial({ type, outcome, decisionId: 'dec-1', text: outcome });
const waits = approval('ApprovalRequested', 'waiting');

it('shows what is known when time is up, and what it waits for: another try', async () => {
  const { error, stdout } = await waitedFor(reported, made({ retryAt }));
  expect(error).toMatchObject({
    kind: 'timeout',
    code: 'NOT_SETTLED',
    message: 'inc-017 is not settled yet: to be tried again at 2026-03-03T03:18:11Z (attempt 2 of 5)',
    next: 'belay decision why inc-017',
  });
  expect(stdout).toContain('DecisionMade      decided');
});

it.each([
  ['nobody has answered', [waits]],
  ['one more has to', [waits, approval('ApprovalAnswered', 'approved_in_part')]],
])('shows what is known when time is up, and that it waits for people: %s', async (_who, asked) => {
  const { error, stdout } = await waitedFor(reported, made(), ...asked);
  expect(error).toMatchObject({
    message: 'inc-017 is not settled yet: it waits for an approval',
    next: 'belay approval show inc-017',
  });
  expect(stdout).toContain('ApprovalRequested  waiting');
});

it('shows what is known also where it waits for nothing in particular', async () => {
  const { error, stdout } = await waitedFor(
    ...[reported, made(), waits, approval('ApprovalAnswered', 'approved')],
  );
  expect(error).toMatchObject({
    message: 'inc-017 is not settled yet',
    next: 'belay incident show inc-017',
  });
  expect(stdout).toContain('approved');
});

it('shows nothing where nothing came of the report itself', async () => {
  const closed = TimelineEntry.fromPartial({ type: 'DecisionClosed', decisionId: 'dec-1' });
  const resolved = TimelineEntry.fromPartial({ type: 'IncidentResolved' });
  expect(await waitedFor(reported, made({ retryAt }), closed, resolved)).toMatchObject({
    error: { message: 'inc-017 is not settled yet' },
    stdout: '',
  });
  expect((await waitedFor()).stdout).toBe('');
});

/** Nothing more happens: the whole timeout goes by. */
async function waitedFor(...timeline: TimelineEntry[]): Promise<{ error: unknown; stdout: string }> {
  const incident = IncidentSummary.fromPartial({ incidentId: 'inc-017', outcome: 'in progress' });
  const endpoint = await serve({ incident, timeline });
  let stdout = '';
  let elapsedMs = 0;
  const clock = {
    now: () => new Date('2026-03-03T03:12:00Z'),
    monotonicMs: () => elapsedMs,
    sleep: async (ms: number) => void (elapsedMs += ms),
  };
  const write = (text: string) => void (stdout += text);
  const session = {
    globals: { output: 'table', timeoutMs: 1_000 },
    out: createOutput({ output: 'table', utc: false, color: false, clock, write }),
    say: () => {},
    invokedAs: 'belay',
    clock,
    connection: async () => ({ context: 'x', endpoint, ops: [], token: () => tokenOf('viewer') }),
  } as unknown as Session;
  const outcome = waitForOutcome({ incidentId: 'inc-017', alreadyOpen: false }, session);
  return { error: await outcome.catch((error: unknown) => error), stdout };
}

async function serve(found: GetIncidentResponse): Promise<string> {
  const server = createGrpcServer({
    host: '127.0.0.1',
    port: 0,
    authenticator,
    clock: systemClock,
    onRefused: () => {},
    onError: ({ error }) => expect.unreachable(String(error)),
  });
  const answer = async () => {
    if (found.timeline.length > 0) return found;
    throw new BelayError('not_found', 'no incident', { code: 'INCIDENT_NOT_FOUND' });
  };
  server.addService({ getIncident }, { getIncident: answer }, { getIncident: 'viewer' }, {});
  const { endpoint } = await server.start();
  closeLater(() => server.stop(0));
  return endpoint;
}
