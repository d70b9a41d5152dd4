import { expect, it } from 'vitest';
import { ActionAborted, ActionPlanned, ActionStarted } from '#gen/belay/v1/action.ts';
import { ExplainDecisionResponse, TimelineEntry } from '#gen/belay/v1/audit_service.ts';
import { Check, CheckResult, Mode } from '#gen/belay/v1/common.ts';
import { DecisionMade, OrderPhase } from '#gen/belay/v1/decision.ts';
import { ManualClock } from '#lib/clock.ts';
import { createOutput } from '../../frame/output.ts';
import type { Session } from '../../frame/session.ts';
import { printWhy } from './why.ts';

const blocked = DecisionMade.fromPartial({
  decisionId: 'dec-4c19',
  mode: Mode.BLOCKED,
  runbook: { name: 'restart-pod', version: 3 },
  resource: { target: 'prod', kind: 'pod', namespace: 'production', name: 'api-server-q8wzl' },
  externalId: 'INC017',
  decidedAt: new Date('2026-03-03T03:12:07Z'),
  summary:
    'restart-pod was not run: it ran 5 times for api-server in the last hour, the limit. Nothing changed.',
  checks: [
    { name: 'circuit', result: CheckResult.PASS, observed: 'CLOSED, 1 failure', limit: 'opens at 3' },
    { name: 'rate', result: CheckResult.REFUSE, observed: '5 in 60 min', limit: '5' },
    { name: 'live checks', result: CheckResult.NOT_REACHED, limit: 'executor' },
  ],
});

it('shows why nothing was done, with the numbers and the earliest retry', async () => {
  const retry = { retryAt: new Date('2026-03-03T03:18:10.001Z'), attempt: 1, attemptsAllowed: 5 };
  const text = await why({ ...blocked, ...retry });
  expect(text).toBe(
    [
      'NOT DONE (blocked)  restart-pod@3 on pod production/api-server-q8wzl  INC017  2026-03-03T03:12:07Z',
      `${blocked.summary} To be tried again at 2026-03-03T03:18:11Z (attempt 2 of 5), because that passes.`,
      '',
      'CHECK        RESULT  OBSERVED                LIMIT',
      'circuit      pass    CLOSED, 1 failure       opens at 3',
      'rate         REFUSE  5 in 60 min             5',
      'live checks  -       not reached (executor)',
      '',
    ].join('\n'),
  );
});

it('promises no retry where none is known', async () => {
  expect(await why(blocked)).not.toContain('tried again');
});

const ordered: DecisionMade = {
  ...blocked,
  mode: Mode.AUTO_EXECUTE,
  summary: 'restart-pod runs: low risk, every check passed.',
  checks: blocked.checks.filter(({ name }) => name !== 'rate'),
};
const check = (name: string, ok: boolean, observed: string): Check =>
  ok
    ? Check.fromPartial({ name, result: CheckResult.PASS, observed, limit: 'limit' })
    : Check.fromPartial({
        name,
        result: CheckResult.REFUSE,
        observed,
        limit: 'limit',
        code: 'pre_check_failed',
        reason: `${name} is ${observed}`,
      });
const event = (type: string, json: unknown) =>
  TimelineEntry.fromPartial({ type, dataJson: JSON.stringify(json) });
const live = [check('controlled', true, 'by a Deployment'), check('ready peers', false, '0')];
const aborted = (changes: Partial<ActionAborted>) =>
  event(
    'ActionAborted',
    ActionAborted.toJSON(
      ActionAborted.fromPartial({
        code: 'pre_check_failed',
        reason: 'ready peers is 0',
        checks: live,
        phase: OrderPhase.EXECUTE,
        ...changes,
      }),
    ),
  );
const started = event(
  'ActionStarted',
  ActionStarted.toJSON(ActionStarted.fromPartial({ checks: live.slice(0, 1) })),
);

it('shows what the executor refused, in the place of the checks that it was asked for', async () => {
  expect(await why(ordered, aborted({}))).toBe(
    [
      'NOT DONE (pre_check_failed)  restart-pod@3 on pod production/api-server-q8wzl  INC017  2026-03-03T03:12:07Z',
      'The executor did not do it: ready peers is 0. Nothing changed.',
      '',
      'CHECK        RESULT  OBSERVED           LIMIT',
      'circuit      pass    CLOSED, 1 failure  opens at 3',
      'live checks  REFUSE  pre_check_failed   executor',
      'controlled   pass    by a Deployment    limit',
      'ready peers  REFUSE  0                  limit',
      '',
    ].join('\n'),
  );
});

it('shows what a plan was refused for', async () => {
  const planned = event('ActionPlanned', ActionPlanned.toJSON(ActionPlanned.fromPartial({ checks: live })));
  const text = await why({ ...ordered, mode: Mode.APPROVAL_REQUIRED }, planned);
  expect(text).toContain('NOT DONE (pre_check_failed)');
  expect(text).toContain('The executor did not do it: ready peers is 0. Nothing changed.');
  expect(text).toMatch(/ready peers +REFUSE/);
});

it('shows what was found live beside what stopped it behind that', async () => {
  const stopped = aborted({
    code: 'kill_switch',
    reason: 'the kill switch is engaged. Nothing changed',
    checks: [],
  });
  const text = await why(ordered, started, stopped);
  expect(text).toContain('The executor did not do it: the kill switch is engaged. Nothing changed.\n');
  expect(text).toMatch(/live checks +REFUSE +kill_switch +executor\ncontrolled +pass/);
  expect(text).not.toContain('not reached');
});

it('takes for a refusal only what kept it from being done', async () => {
  const finished = event('ActionFinished', {});
  const again = event('ActionRefused', { code: 'digest_conflict', reason: 'another plan' });
  for (const timeline of [
    [started, finished, again],
    [started, aborted({ phase: OrderPhase.CANCEL })],
    [started, { ...aborted({}), dataJson: '' }],
  ]) {
    const text = await why(ordered, ...timeline);
    expect(text).toContain('ORDERED (auto_execute)');
    expect(text).toMatch(/live checks +pass +all 1 +executor\ncontrolled +pass/);
    expect(text).not.toMatch(/REFUSE|not reached/);
  }
});

async function why(decision: DecisionMade, ...timeline: TimelineEntry[]): Promise<string> {
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  const clock = new ManualClock(new Date('2026-03-03T03:13:00Z'));
  const out = createOutput({ output: 'table', utc: false, color: false, clock, write });
  const session = { globals: { output: 'table' }, out, write } as Session;
  await printWhy(ExplainDecisionResponse.fromPartial({ decision, timeline }), session);
  return text;
}
