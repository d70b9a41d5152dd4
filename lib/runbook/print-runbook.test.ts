import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadRunbook, loadRunbookFiles } from './load-runbook.ts';
import { printRunbook } from './print-runbook.ts';
import { formatProblem } from './problem.ts';
import type { Runbook } from './runbook.ts';

function reloaded(runbook: Runbook): Runbook | undefined {
  const { runbooks, problems } = loadRunbook(printRunbook(runbook), 'printed.yaml');
  expect(problems.map(formatProblem)).toEqual([]);
  return runbooks[0];
}

const path = (name: string): string => new URL(name, import.meta.url).pathname;

it('prints what loads to the same runbook: samples and catalogue', async () => {
  const { runbooks } = await loadRunbookFiles([
    path('fixtures/good'),
    path('fixtures/lint'),
    path('../../runbooks'),
  ]);
  expect(runbooks.length).toBeGreaterThan(15);
  for (const runbook of runbooks) expect(reloaded(runbook)).toEqual(runbook);
});

it('leaves out what is the default and says what people look for', () => {
  const { runbooks } = loadRunbook(
    `apiVersion: remediations.kubedojo.io/v1
kind: RemediationRunbook
metadata: {name: small}
spec:
  intent: Look.
  owner: team
  guardrails: {cooldownMinutes: 10, maxExecutionsPerHour: 4}
  action: {command: kubectl cordon n1}
`,
    'small.yaml',
  );
  expect(printRunbook(runbooks[0] as Runbook)).toBe(`apiVersion: remediations.kubedojo.io/v1
kind: RemediationRunbook
metadata:
  name: small
spec:
  type: incident_response
  intent: Look.
  owner: team
  risk: high
  decisionMode: suggest
  guardrails:
    maxExecutionsPerHour: 4
  steps:
    - id: action
      action: kubernetes.cordonNode
      with:
        node: n1
  rollback:
    type: none
`);
});

/** Texts that YAML would take for something else, or break over lines. */
const text = fc.oneof(
  fc.constantFrom(
    'yes',
    'null',
    '1e3',
    '0x1f',
    '- a',
    'a: b',
    '# a',
    '"',
    "'",
    '*a',
    '&a',
    '!a',
    '|',
    '%',
    '2026-01-31',
  ),
  fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
  fc.constant(`${'long words '.repeat(20)}\n  and a second line\n\n`),
);
const shortTexts = fc.uniqueArray(text, { maxLength: 3 });
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
const seconds = fc.integer({ min: 1, max: 600 });

const action = fc.oneof(
  fc.record({
    action: fc.constant('kubernetes.scale'),
    with: fc.record({
      namespace: fc.constantFrom('shop', '${NAMESPACE}'),
      name: fc.constantFrom('web', '${RESOURCE_NAME}'),
      replicas: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant('${count}')),
    }),
  }),
  fc.record({
    action: fc.constant('aws.lambda.invoke'),
    with: fc.record({
      function: fc.constant('check'),
      payload: fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3, noNullPrototype: true }),
    }),
  }),
  fc.record({
    action: fc.constant('shell.command'),
    with: fc.record({
      program: fc.constant('/bin/true'),
      args: fc.array(
        text.filter((t) => !t.includes('${')),
        { maxLength: 3 },
      ),
    }),
  }),
);

const spec = fc.record(
  {
    type: fc.constantFrom('deployment', 'maintenance', 'scaling'),
    intent: text,
    owner: text,
    risk: fc.constantFrom('low', 'medium', 'high'),
    decisionMode: fc.constantFrom('manual', 'suggest', 'approval_required', 'auto_execute', 'observe'),
    triggers: fc.record(
      {
        symptoms: shortTexts,
        any: fc.boolean(),
        minimumConfidence: fc.double({ min: 0, max: 1, noNaN: true }),
      },
      { requiredKeys: [] },
    ),
    scope: fc.record(
      {
        requiredLabels: fc.dictionary(text, text, { maxKeys: 2, noNullPrototype: true }),
        resourceKinds: shortTexts,
      },
      { requiredKeys: [] },
    ),
    guardrails: fc.record(
      {
        cooldownMinutes: fc.integer({ min: 0, max: 20 }),
        maxPercentOfReplicas: fc.double({ min: 0.1, max: 100, noNaN: true }),
        circuitBreaker: fc.record({ failures: fc.integer({ min: 1, max: 5 }) }),
        allowedWindows: fc.constant([
          { days: ['mon'], from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' },
        ]),
        blackoutWindows: fc.constant([{ from: '00:00', to: '24:00' }]),
      },
      { requiredKeys: [] },
    ),
    preChecks: fc.array(
      fc.constantFrom('quota_available', { name: 'up', expression: "!dependencies['a'].down" }),
      { maxLength: 2 },
    ),
    parameters: fc.record({
      count: fc.record(
        {
          type: fc.constant('integer'),
          default: fc.constantFrom(1, 2),
          allowedValues: fc.constant([1, 2]),
          description: text,
        },
        { requiredKeys: ['type'] },
      ),
    }),
    prerequisites: shortTexts,
    steps: fc.uniqueArray(
      fc
        .record({
          id: fc.stringMatching(/^[a-z][a-z0-9_-]{0,5}$/),
          name: optional(text),
          when: optional(fc.constant('live.replicas < 3.0')),
          timeoutSeconds: optional(seconds),
          retries: optional(fc.integer({ min: 0, max: 3 })),
          required: optional(fc.boolean()),
          validation: optional(
            fc.constantFrom(
              { type: 'exit_code' },
              { type: 'exit_code', code: 3 },
              { type: 'output_contains', text: ' ok ' },
            ),
          ),
          rollback: optional(action),
          body: action,
        })
        .map(({ body, ...rest }) => ({ ...rest, ...body })),
      { minLength: 1, maxLength: 3, selector: ({ id }) => id },
    ),
    approval: fc.record(
      {
        approvers: fc.constant(['group:a', 'user:b@c']),
        timer: fc.constantFrom('PT10M', 'PT90M', 'PT1H30M5S', 'P1D'),
      },
      { requiredKeys: ['approvers'] },
    ),
    verification: fc.record(
      {
        timeoutSeconds: seconds,
        stableForSeconds: fc.integer({ min: 0, max: 9 }),
        checks: fc.array(
          fc.constantFrom(
            'health_check_passes',
            { name: 'health_check_passes', samples: 3 },
            {
              name: 'm',
              expect: 'after < before',
              metric: { source: 'prometheus', query: 'up{s="${SERVICE}"}' },
              baselineSeconds: 0,
            },
            {
              name: 'n',
              expect: 'after < before',
              metric: { source: 'cloudwatch', namespace: 'a', name: 'b', statistic: 'Sum' },
              samples: 2,
            },
            { name: 'o', expect: 'after.replicas > 1.0', baselineSeconds: 300 },
          ),
          { maxLength: 3 },
        ),
      },
      { requiredKeys: [] },
    ),
    rollback: fc.record({ type: fc.constantFrom('none', 'steps'), notes: text }, { requiredKeys: ['type'] }),
    schedule: fc.record(
      {
        cron: fc.constant('*/5 1-3 * * 0,6'),
        timeZone: fc.constantFrom('UTC', 'Europe/Berlin'),
        resource: fc.record(
          {
            kind: fc.constant('pod'),
            name: fc.constant('web-0'),
            namespace: fc.constantFrom('', 'production'),
          },
          { requiredKeys: ['kind', 'name'] },
        ),
        service: fc.constant('web'),
      },
      { requiredKeys: ['cron'] },
    ),
    reviewBy: fc.constant('2027-01-31'),
    tags: shortTexts,
    dependencies: shortTexts,
  },
  { requiredKeys: ['intent', 'owner', 'steps', 'parameters'] },
);

describe('for any runbook', () => {
  it('load -> print -> load is the identity', () => {
    let loaded = 0;
    fc.assert(
      fc.property(spec, (given) => {
        const file = {
          apiVersion: 'remediations.kubedojo.io/v1',
          kind: 'RemediationRunbook',
          metadata: { name: 'any' },
          spec: given,
        };
        const { runbooks, problems } = loadRunbook(stringify(file), 'any.yaml');
        if (problems.length > 0) return;
        loaded += 1;
        const [runbook] = runbooks as [Runbook];
        expect(reloaded(runbook)).toEqual(runbook);
        expect(printRunbook(runbook)).toBe(printRunbook(reloaded(runbook) as Runbook));
      }),
      { numRuns: 150 },
    );
    expect(loaded).toBeGreaterThan(75);
  }, 60_000);
});
