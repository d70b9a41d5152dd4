import { expect, it } from 'vitest';
import { ExplainDecisionResponse } from '#gen/belay/v1/audit_service.ts';
import { CheckResult, Mode } from '#gen/belay/v1/common.ts';
import { DecisionMade } from '#gen/belay/v1/decision.ts';
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

async function why(decision: DecisionMade): Promise<string> {
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  const clock = new ManualClock(new Date('2026-03-03T03:13:00Z'));
  const out = createOutput({ output: 'table', utc: false, color: false, clock, write });
  const session = { globals: { output: 'table' }, out, write } as Session;
  await printWhy(ExplainDecisionResponse.fromPartial({ decision }), session);
  return text;
}
