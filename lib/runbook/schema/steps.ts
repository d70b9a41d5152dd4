import { z } from 'zod';
import { expression } from './conditions.ts';
import { listOf, longText, seconds, shortText, stepId, wholeNumber } from './rules.ts';

const plain = z.union([z.string().max(4_096), z.number(), z.boolean()], {
  error: 'is not a text, a number, true or false',
});
const argument = z.union([plain, z.array(z.string().max(4_096)).max(100), z.record(z.string(), z.json())], {
  error: 'is not a text, a number, true or false, a list of texts or a section',
});

export const action = z.string().max(63).describe('From the catalogue of actions: kubernetes.deletePod.');
const command = z
  .string()
  .max(1_000, 'is longer than 1,000 characters')
  .describe('Shorthand: a kubectl command that has an action of its own. No shell ever reads it.');
const withArguments = z
  .record(shortText, argument)
  .describe('Arguments of the action. ${NAME} looks up an incident value or a parameter.');

/** Either an action with arguments or the shorthand; which one is told by the fields that are there. */
const actionFields = {
  action: action.optional(),
  command: command.optional(),
  with: withArguments.optional(),
};

export const stepRollback = z.strictObject(actionFields).describe('Undoes the step, narrower than it.');

const validation = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('output_contains').describe('How the result is judged.'),
      text: z.string().min(1, 'is empty').max(1_000).describe('The output contains this.'),
    }),
    z.strictObject({
      type: z.literal('exit_code'),
      code: wholeNumber(0, 255).default(0).describe('It exits with this.'),
    }),
    z.strictObject({ type: z.literal('expression'), expression }),
  ])
  .describe('What the result must look like for the step to count as done.');

export const step = z.strictObject({
  id: stepId.describe('Names the step in plans and outcomes.'),
  name: shortText.optional().describe('For people. Default: the id.'),
  description: longText.default('').describe('For people.'),
  ...actionFields,
  when: expression.optional().describe('CEL. The step is skipped unless it is true.'),
  validation: validation.optional(),
  timeoutSeconds: seconds.default(300).describe('The step has failed when it takes longer.'),
  retries: wholeNumber(0, 10).default(0).describe('Only for what may safely run twice.'),
  required: z.boolean().default(true).describe('A failed required step undoes the steps before it.'),
  rollback: stepRollback.optional(),
});

export const steps = listOf(step).min(1, 'is empty').describe('What is done, in this order.');
export const singleAction = z
  .strictObject({
    ...actionFields,
    timeoutSeconds: step.shape.timeoutSeconds,
  })
  .describe('Shorthand for a single step.');
