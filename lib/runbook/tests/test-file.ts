import { z } from 'zod';
import { API_VERSION } from '../schema/runbook-file.ts';
import { listOf, runbookName, shortText, stepId, textMap, wholeNumber } from '../schema/rules.ts';
import { liveFacts } from './live-facts.ts';

export const TEST_KIND = 'RunbookTest';

const DAY_SECONDS = 86_400;
const WEEK_MINUTES = 10_080;

const minutesAgo = z
  .number()
  .gt(0, 'is not above 0')
  .max(WEEK_MINUTES, `is more than ${WEEK_MINUTES}, nothing counts longer than a week`);

const NO_RESOURCE = 'is not kind/name, none, or a section with kind and name';
const resource = z
  .union(
    [
      z.string().regex(/^(?:none|[^/\s]{1,63}\/\S{1,253})$/, NO_RESOURCE),
      z.strictObject({
        kind: shortText,
        name: shortText,
        namespace: shortText.optional(),
        target: shortText.optional(),
      }),
    ],
    { error: NO_RESOURCE },
  )
  .describe('kind/name, or none. Without it: a pod of the service.');

const incident = z
  .strictObject({
    id: shortText.default('TEST').describe('The number people know it by.'),
    service: shortText.describe('The service that suffers.'),
    symptom: z.string().max(253).default('').describe('What is seen.'),
    cause: z.string().max(253).default('').describe('What is probably behind it.'),
    confidence: z
      .number()
      .min(0, 'is less than 0')
      .max(1, 'is more than 1, confidence goes from 0 to 1')
      .optional()
      .describe('How certain the cause is. Absent counts as 0, as in production.'),
    resource: resource.optional(),
    namespace: shortText
      .optional()
      .describe('Without it: the first of scope.allowedNamespaces, or production.'),
    labels: textMap(z.string().max(253)).default({}).describe('As reported.'),
    context: textMap(z.string().max(1_024)).default({}),
    affectedServices: listOf(shortText).default([]),
    ageSeconds: wholeNumber(0, DAY_SECONDS).default(0).describe('How old the report is when it is decided.'),
  })
  .describe('The incident as it is reported.');

const execution = z.strictObject({
  minutesAgo: minutesAgo.describe('When it was ordered and settled.'),
  outcome: z
    .enum(['verified', 'failed', 'unknown', 'none', 'running'])
    .default('verified')
    .describe('none: nothing happened. running: not settled yet.'),
  resource: resource.optional().describe('Without it: a pod of the same service that is gone by now.'),
  service: shortText.optional().describe('Without it: the same service.'),
  runbook: runbookName.optional().describe('Without it: the runbook that matches the incident.'),
});

const samples = listOf(z.number().nullable()).default([]);
const metric = z.strictObject({
  before: samples.describe('Samples before the action. Their mean is `before`.'),
  after: samples.describe('Samples after it, in their order. null: one that never came.'),
});

const mode = z.enum(['manual', 'suggest', 'approval_required', 'auto_execute', 'blocked', 'observe']);

const expectation = z
  .strictObject({
    mode: mode.optional(),
    reasons: listOf(shortText).optional().describe('Exactly these codes, in any order.'),
    reasonsInclude: listOf(shortText).min(1, 'is empty').optional().describe('At least these codes.'),
    plan: listOf(shortText).optional().describe('The actions, in their order.'),
    arguments: z
      .record(
        stepId,
        z.record(shortText, z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
      )
      .optional()
      .describe('Arguments by the id of their step.'),
    outcome: z
      .enum(['verified', 'failed', 'inconclusive', 'error', 'aborted', 'refused'])
      .optional()
      .describe('aborted: the live checks said no. refused: people, or guardrails after them, said no.'),
    risk: z.enum(['low', 'medium', 'high']).optional(),
    noPlan: shortText
      .optional()
      .describe('Part of why there is no plan: a parameter has no value, or one that does not fit.'),
  })
  .refine(
    (given) => Object.keys(given).length > 0,
    'is empty, a test that expects nothing cannot fail, name a mode',
  )
  .describe('What comes of it. What is not named is not checked.');

export const runbookTest = z.strictObject({
  name: shortText.describe('Unique in the file.'),
  now: z.iso
    .datetime({ offset: true, error: 'is not a time: 2026-03-03T03:12:00Z' })
    .default('2026-01-01T12:00:00Z')
    .describe('When it is decided.'),
  incident,
  live: liveFacts.optional(),
  dependencies: z
    .record(shortText, z.strictObject({ down: z.boolean().optional(), healthy: z.boolean().optional() }))
    .default({})
    .describe('Those that are not named here are up.'),
  history: listOf(execution).default([]).describe('What was done before.'),
  controls: z
    .strictObject({
      killSwitch: z
        .union([z.boolean(), shortText])
        .default(false)
        .describe('Whether it is engaged, or the reason why it is.'),
    })
    .prefault({})
    .describe('What people have switched.'),
  assume: z
    .strictObject({
      executors: listOf(shortText).min(1, 'is empty').describe('Actions as if an executor did them already.'),
    })
    .optional()
    .describe('What is not so yet in production. The output names it.'),
  metrics: z.record(shortText, metric).default({}).describe('By the name of the check.'),
  approval: z
    .strictObject({ answer: z.enum(['approve', 'deny', 'none']).describe('none: nobody answers in time.') })
    .optional()
    .describe('What the approvers say.'),
  expect: expectation,
});

/** What people write beside a runbook. */
export const runbookTestFile = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal(TEST_KIND),
  runbook: shortText.describe('The file of the runbook, from the folder of this one.'),
  tests: listOf(runbookTest).min(1, 'is empty').describe('Each is played by itself.'),
});

export type RunbookTest = z.infer<typeof runbookTest>;
export type TestResource = z.infer<typeof resource>;
export type Execution = z.infer<typeof execution>;
export type Expectation = RunbookTest['expect'];
