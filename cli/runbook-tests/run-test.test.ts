import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { played, type Section } from './fixtures/played.ts';

describe('a test of a runbook', () => {
  it('says what was expected, what came, and why', async () => {
    const [mode, reasons, args, outcome] = await played(
      {},
      { expect: { mode: 'blocked', risk: 'high' } },
      { history: [{ minutesAgo: 1 }], expect: { reasons: ['rate_limited'], plan: ['kubernetes.deletePod'] } },
      { expect: { arguments: { replace: { pod: 'web-1', gracePeriodSeconds: 5 } } } },
      { live: { replicas: 2, readyPeers: 0 }, expect: { outcome: 'verified' } },
    );
    expect(mode).toBe('expected mode blocked, got auto_execute; expected risk high, got low');
    expect(reasons).toBe(
      'expected reasons rate_limited, got cooling_down; expected plan kubernetes.deletePod, got nothing. ' +
        'restart-pod was not run: its last run for web ended 60 s ago, and it rests for 10 min. Nothing changed.',
    );
    expect(args).toBe(
      'expected arguments.replace.pod "web-1", got "web-0"; expected arguments.replace.gracePeriodSeconds 5, got nothing',
    );
    expect(outcome).toBe(
      'expected outcome verified, got aborted. only 0 Ready pod(s) of this workload, 0 without the one to be deleted: ' +
        'at least 2 have to be Ready, another one among them',
    );
  });

  it('checks nothing that it does not name', async () => {
    expect(await played({}, { live: undefined, expect: { risk: 'low' } })).toEqual(['passed']);
  });

  it('can name some of the reasons, or exactly all', async () => {
    const history = [{ minutesAgo: 1, outcome: 'running' }];
    const runs = await played(
      {},
      { history, expect: { reasonsInclude: ['workload_locked'] } },
      { history, expect: { reasons: ['workload_locked'] } },
      { history, expect: { reasonsInclude: ['circuit_open'] } },
    );
    expect(runs[0]).toBe('passed');
    expect(runs[1]).toMatch(
      /^expected reasons workload_locked, got cooling_down, too_many_actions, workload_locked/,
    );
    expect(runs[2]).toMatch(/^expected reasonsInclude circuit_open, got /);
  });
});

describe('what cannot be told never passes', () => {
  const unknownCheck = { verification: { checks: ['clients_reconnected'] } };
  const metric = (samples: number) => ({
    verification: {
      checks: [
        'replacement_pod_ready_within_timeout',
        {
          name: 'errors',
          metric: { source: 'prometheus', query: 'errors' },
          expect: 'after <= before',
          samples,
        },
      ],
    },
  });
  // For people first: by itself it would not run at all.
  const when = {
    risk: 'medium',
    steps: [
      {
        id: 'replace',
        action: 'kubernetes.deletePod',
        with: { namespace: 'a', pod: 'b' },
        when: 'live.cpuRatio > 0.5',
      },
    ],
  };

  it.each<[string, Section, Section, string]>([
    ['live facts are missing', {}, { live: {}, expect: { outcome: 'verified' } }, 'give them'],
    [
      'nobody knows the check',
      unknownCheck,
      { expect: { outcome: 'inconclusive' } },
      'no verifier can judge clients_reconnected',
    ],
    [
      'nothing was done',
      {},
      { controls: { killSwitch: true }, expect: { outcome: 'aborted' } },
      'nothing was done, blocked',
    ],
    ['nobody was asked', { risk: 'medium' }, { expect: { outcome: 'verified' } }, 'give approval.answer'],
    [
      'no runbook matches',
      {},
      { incident: { service: 'web', cause: 'x' }, expect: { outcome: 'aborted' } },
      'no runbook matches',
    ],
    [
      'there are more samples than anybody takes',
      metric(1),
      { metrics: { errors: { before: [1], after: [0, 9] } }, expect: { outcome: 'verified' } },
      '2 samples after are given for errors, and the runbook takes 1',
    ],
    ['`when` asks for what is not given', when, { expect: { plan: [] } }, 'live.cpuRatio not known'],
    [
      'no executor looks at `when`',
      when,
      { approval: { answer: 'approve' }, expect: { outcome: 'verified' } },
      'does not look at `when`',
    ],
    [
      'its history could not have happened',
      {},
      {
        history: [{ minutesAgo: 50, outcome: 'unknown' }, { minutesAgo: 20 }],
        expect: { mode: 'blocked' },
      },
      'history: run 2 could not have happened',
    ],
    [
      'the plan lacks a fact',
      { risk: 'medium' },
      {
        incident: { service: 'web', cause: 'pod_crash_loop', confidence: 0.9, resource: 'deployment/web' },
        expect: { mode: 'approval_required' },
      },
      'got manual. restart-pod was not run: step replace, pod: the incident does not say what ${POD_NAME} is',
    ],
  ])('%s', async (_title, spec, test, message) => {
    const [run] = await played(spec, test);
    expect(run).toContain(message);
  });

  it('a sample that never came leaves the outcome open', async () => {
    const before = [2, 4];
    const runs = await played(
      metric(3),
      { metrics: { errors: { before, after: [3, null, 1] } }, expect: { outcome: 'inconclusive' } },
      { metrics: { errors: { before, after: [3, 3, 3] } }, expect: { outcome: 'verified' } },
      { metrics: { errors: { before, after: [3, 4, null] } }, expect: { outcome: 'failed' } },
      { expect: { outcome: 'inconclusive' } },
      {
        live: { replicas: 3, readyPeers: 2, after: { replacementReady: false } },
        metrics: { errors: { before, after: [0, 0, 0] } },
        expect: { outcome: 'failed' },
      },
    );
    expect(runs).toEqual(['passed', 'passed', 'passed', 'passed', 'passed']);
  });
});

describe('pre-checks that are expressions', () => {
  const spec = { preChecks: [{ name: 'payments-up', expression: "!dependencies['payments'].down" }] };

  it('see dependencies as up unless the test says otherwise', async () => {
    const runs = await played(
      spec,
      { expect: { outcome: 'verified' } },
      {
        dependencies: { payments: { down: true } },
        expect: { outcome: 'aborted', reasons: ['payments-up'] },
      },
      { dependencies: { payments: { healthy: false } }, expect: { outcome: 'aborted' } },
    );
    expect(runs).toEqual(['passed', 'passed', 'passed']);
  });

  it('see what the executor reads at the target, and nothing else', async () => {
    const runs = await played(
      { preChecks: [{ name: 'quiet', expression: 'live.readyPeers >= 2.0 && live.cpuRatio < 0.5' }] },
      { live: { replicas: 3, readyPeers: 2, cpuRatio: 0.1 }, expect: { outcome: 'verified' } },
    );
    expect(runs[0]).toContain('got aborted. quiet: live.cpuRatio not known');
  });
});

it('counts what any runbook did to the workload within the hour, as the ledger does', async () => {
  const spec = { preChecks: ['recent_restarts_less_than_three'], guardrails: { maxExecutionsPerHour: 9 } };
  const others = [50, 40, 59.9].map((minutesAgo) => ({ minutesAgo, runbook: 'scale-up' }));
  const runs = await played(
    spec,
    { history: others, expect: { outcome: 'aborted', reasons: ['recent_restarts_less_than_three'] } },
    { history: [...others.slice(1), { minutesAgo: 60 }], expect: { outcome: 'verified' } },
    { history: [...others.slice(1), { minutesAgo: 20, outcome: 'none' }], expect: { outcome: 'verified' } },
    { history: [...others.slice(1), { minutesAgo: 20, service: 'api' }], expect: { outcome: 'verified' } },
  );
  expect(runs).toEqual(['passed', 'passed', 'passed', 'passed']);
});

describe('an approval', () => {
  const approval = (onLapse: string) => ({
    risk: 'medium',
    decisionMode: 'approval_required',
    approval: { approvers: ['group:oncall'], onLapse },
  });
  const asked = (answer: string, outcome: string, more: Section = {}) => ({
    ...more,
    approval: { answer },
    expect: { mode: 'approval_required', outcome },
  });

  it('goes on with a yes, ends with a no, and with silence as the runbook says', async () => {
    expect(
      await played(
        approval('escalate'),
        asked('approve', 'verified'),
        asked('deny', 'refused'),
        asked('none', 'refused'),
        asked('approve', 'aborted', { live: { replicas: 1, readyPeers: 0 } }),
      ),
    ).toEqual(['passed', 'passed', 'passed', 'passed']);
    expect(await played(approval('approve'), asked('none', 'verified'))).toEqual(['passed']);
  });

  it('never is a yes by silence where the risk is high', async () => {
    expect(await played({ ...approval('approve'), risk: 'high' }, asked('none', 'refused'))).toEqual([
      'passed',
    ]);
  });

  it('is not asked for what a guardrail would refuse', async () => {
    const history = [{ minutesAgo: 1 }];
    const expected = { mode: 'blocked', reasons: ['cooling_down'] };
    const test = { ...asked('approve', 'refused', { history }), expect: expected };
    expect(await played(approval('deny'), test)).toEqual(['passed']);
  });
});

describe('an action that no executor carries out yet', () => {
  const spec = {
    scope: { resourceKinds: ['deployment'] },
    risk: 'medium',
    preChecks: ['current_replicas_below_max', { name: 'room', expression: 'live.replicas < 10.0' }],
    steps: [
      {
        id: 'restart',
        action: 'kubernetes.rolloutRestart',
        with: { namespace: '${NAMESPACE}', name: '${DEPLOYMENT}' },
        when: '!live.rollingOut',
      },
    ],
    verification: {
      checks: [
        'available_replicas_equal_desired_replicas',
        { name: 'no-fewer', expect: 'after.readyReplicas >= before.readyReplicas' },
      ],
    },
  };
  const approve = { approval: { answer: 'approve' } };
  const live = (before: Section, after: Section) => ({
    live: { replicas: 3, readyReplicas: 3, rollingOut: false, ...before, after },
  });
  const well = { availableReplicas: 3, desiredReplicas: 3, readyReplicas: 3 };

  it('is judged by its verification and its expressions', async () => {
    const runs = await played(
      spec,
      { ...approve, ...live({}, well), expect: { plan: ['kubernetes.rolloutRestart'], outcome: 'verified' } },
      { ...approve, ...live({}, { ...well, readyReplicas: 2 }), expect: { outcome: 'failed' } },
      { ...approve, ...live({}, { ...well, availableReplicas: 2 }), expect: { outcome: 'failed' } },
      { ...approve, ...live({}, { readyReplicas: 3 }), expect: { outcome: 'inconclusive' } },
      { ...approve, ...live({}, {}), expect: { outcome: 'inconclusive' } },
      { ...approve, ...live({}, { unreadable: 'timed out' }), expect: { outcome: 'error' } },
      {
        ...approve,
        ...live({ replicas: 10 }, well),
        expect: { outcome: 'aborted', reasonsInclude: ['room'] },
      },
      { ...live({ rollingOut: true }, well), expect: { plan: [], mode: 'approval_required' } },
    );
    expect(runs).toEqual(Array.from({ length: 8 }, () => 'passed'));
  });
});

it('plays the same whatever the order of the keys', async () => {
  const tests: Section[] = [
    {
      history: [{ minutesAgo: 20, outcome: 'failed' }, { minutesAgo: 40 }],
      expect: { mode: 'auto_execute', outcome: 'verified' },
    },
    {
      history: [{ minutesAgo: 3 }],
      controls: { killSwitch: 'drill' },
      expect: { mode: 'manual', reasons: ['x'] },
    },
    {
      live: { replicas: 3, readyPeers: 1, after: { seconds: 10 } },
      expect: { plan: [], outcome: 'failed', risk: 'high' },
    },
  ];
  const expected = await played({}, ...tests);
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat()), async (numbers) => {
      const shuffled = tests.map(
        (test) => shuffleKeys(test, () => numbers.next().value as number) as Section,
      );
      expect(await played({}, ...shuffled)).toEqual(expected);
    }),
    { numRuns: 50 },
  );
});

function shuffleKeys(value: unknown, draw: () => number): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffleKeys(item, draw));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => ({
    rank: draw(),
    key,
    item: shuffleKeys(item, draw),
  }));
  return Object.fromEntries(entries.toSorted((a, b) => a.rank - b.rank).map(({ key, item }) => [key, item]));
}
