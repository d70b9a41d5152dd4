import { z } from 'zod';
import { expression } from './conditions.ts';
import { listOf, longText, seconds, shortText, textMap, wholeNumber } from './rules.ts';

const query = z.string().min(1, 'is empty').max(2_000, 'is longer than 2,000 characters');

const metric = z
  .discriminatedUnion('source', [
    z.strictObject({
      source: z.literal('prometheus').describe('Who is asked.'),
      query: query.describe('PromQL that gives one number.'),
    }),
    z.strictObject({
      source: z.literal('cloudwatch'),
      namespace: shortText.describe('Of the CloudWatch metric: AWS/ECS.'),
      name: shortText.describe('Of the CloudWatch metric: CPUUtilization.'),
      statistic: z
        .enum(['Average', 'Sum', 'Minimum', 'Maximum', 'SampleCount'])
        .describe('What is made of a period.'),
      dimensions: textMap(z.string().max(1_024)).default({}).describe('Which of the metrics of that name.'),
      periodSeconds: wholeNumber(1, 3_600).default(60).describe('How much time one number covers.'),
    }),
  ])
  .describe('Where the number comes from.');

export const namedCheck = shortText.describe('A check of the resource that Belay knows by name.');
const fullCheck = z.strictObject({
  name: shortText.describe('For people, or of a check that Belay knows.'),
  metric: metric.optional(),
  expect: expression.optional().describe('CEL over before and after; every sample must meet it.'),
  baselineSeconds: wholeNumber(0, 86_400).optional().describe('How far back `before` is measured.'),
  samples: wholeNumber(1, 100).default(1).describe('A missing one is inconclusive.'),
  intervalSeconds: wholeNumber(1, 3_600).default(10).describe('Between two samples.'),
});

export const outcomeCheck = z.union([namedCheck, fullCheck]);

export const verification = z
  .strictObject({
    timeoutSeconds: seconds.default(120).describe('By then every check has held.'),
    stableForSeconds: wholeNumber(0, 86_400).default(0).describe('How long the checks have to hold.'),
    checks: listOf(outcomeCheck).default([]).describe('All of them have to hold.'),
  })
  .describe('What tells that it worked. A command that exits 0 is not a fix.');

export const namedPreCheck = shortText.describe('A check of the live state that Belay knows by name.');
const preCheckExpression = z.strictObject({
  name: shortText.describe('For people, or of a check that Belay knows.'),
  expression: expression.optional(),
});
export const preCheck = z.union([namedPreCheck, preCheckExpression]);
export const preChecks = listOf(preCheck)
  .default([])
  .describe('Looked at on live state right before acting. All must hold.');

export const rollback = z
  .strictObject({
    type: z.enum(['none', 'controller_recreates_pod', 'steps']).describe('Who undoes it, if anybody.'),
    notes: longText.default('').describe('What stays, and what people have to know.'),
  })
  .describe('How the fix is undone. The actions are in the steps.');
